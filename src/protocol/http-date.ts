const MONTHS: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
]
const MONTH = MONTHS.join('|')
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)'

/**
 * The three forms that whoever receives a date has to know (RFC 9110 section 5.6.7). The name of the day is not looked at:
 * it says nothing that the rest does not.
 */
const FORMS = [
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d\\d) (?<month>${MONTH}) (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, (?<day>\\d\\d)-(?<month>${MONTH})-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} (?<month>${MONTH}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
]

/**
 * Milliseconds since 1970 of a date in an HTTP header; `undefined` for what is none. A year of two digits that would lie
 * more than 50 years after `nowMs` is one of the century before.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const parts = FORMS.map(form => form.exec(text)?.groups).find(groups => groups !== undefined)
  if (parts === undefined) return undefined
  const { day = '', month = '', year = '', time = '' } = parts
  const wholeYear = year.length === 2 ? yearOfTwoDigits(Number(year), nowMs) : Number(year)
  const monthNumber = MONTHS.indexOf(month) + 1
  const date = [String(wholeYear).padStart(4, '0'), pad(monthNumber), pad(Number(day))].join('-')
  // 60 is a leap second, for which the clock of a computer has no number.
  const ms = Date.parse(`${date}T${time.replace(/:60$/, ':59')}Z`)
  // A day that the month does not have is taken for one of the next month.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date) ? undefined : ms
}

function yearOfTwoDigits(year: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const candidate = thisYear - (thisYear % 100) + year
  return candidate > thisYear + 50 ? candidate - 100 : candidate
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
