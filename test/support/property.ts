import fc from 'fast-check'

/** One seed for every property: what fails once fails again. */
const SEED = 20_261_122

/** Checks a property against `runs` generated values. */
export function assertProperty<Values>(property: fc.IProperty<Values>, runs = 1000): void {
  fc.assert(property, { seed: SEED, numRuns: runs })
}

/** The same for a property that takes its time. */
export async function assertAsyncProperty<Values>(
  property: fc.IAsyncProperty<Values>,
  runs = 200,
): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns: runs })
}
