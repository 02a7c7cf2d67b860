import { setTimeout as delay } from 'node:timers/promises'

/** Resolves once `condition` holds; for what happens by itself, some time. A test that waits in vain runs into its timeout. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10)
}
