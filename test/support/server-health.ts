/** What a server says of itself over HTTP, on 127.0.0.1. */

export async function healthOf(
  port: number,
): Promise<{ status: string; reasons?: { code: string; detail: string }[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`)
  return (await response.json()) as { status: string; reasons?: { code: string; detail: string }[] }
}

/** The value of a metric without labels; it may be a second old. */
export async function metricOf(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}
