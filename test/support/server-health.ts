/** What a server on 127.0.0.1 says of itself over HTTP. */

export async function healthOf(
  port: number,
): Promise<{ status: string; reasons?: { code: string; detail: string }[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`)
  return (await response.json()) as { status: string; reasons?: { code: string; detail: string }[] }
}

/** The value of a metric, named with its labels where it has some; it may be a second old. */
export async function metricOf(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = text.split('\n').find(each => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}
