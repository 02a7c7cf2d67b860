/** The value of a parameter in the query of a request's target: `undefined` without one, `'repeated'` with several. */
export function readParameter(
  query: string,
  name: string,
): { readonly value: string } | 'repeated' | undefined {
  const [value, ...others] = new URLSearchParams(query).getAll(name)
  if (others.length > 0) return 'repeated'
  return value === undefined ? undefined : { value }
}

/** A whole number in decimal digits from `least` to `most`; `absent` where it is not given, `undefined` where it is wrong. */
export function readNumber(
  query: string,
  name: string,
  { least, most, absent }: { readonly least: number; readonly most: number; readonly absent: number },
): number | undefined {
  const parameter = readParameter(query, name)
  if (parameter === undefined) return absent
  if (parameter === 'repeated' || !/^\d{1,15}$/.test(parameter.value)) return undefined
  const number = Number(parameter.value)
  return number >= least && number <= most ? number : undefined
}
