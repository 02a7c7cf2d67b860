/** The first photograph that still exists was taken in 1826 or 1827; the calendars of cameras end in 2099 at the latest. */
const FIRST_YEAR = 1800
const LAST_YEAR = 2099

/**
 * Seconds since 1970 of a date as EXIF writes it (`YYYY:MM:DD HH:MM:SS`, EXIF 2.32 4.6.5), taken as if it were UTC:
 * which zone the camera's clock was set to is seldom written. `undefined` for anything else: blanks and zeros stand for
 * an unknown date, and a day that no calendar has for a broken one.
 */
export function parseExifDate(text: string): number | undefined {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)[\0 ]*$/.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  if (year < FIRST_YEAR || year > LAST_YEAR) return undefined
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const isOfCalendar =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  return isOfCalendar ? date.getTime() / 1000 : undefined
}
