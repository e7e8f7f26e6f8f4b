import type { HeraldError } from '@nic-herald/core';
import type { ContractSuite } from '@nic-herald/testkit';

/** What the cases that fail say. */
export const complaintsOf = async ({ cases }: ContractSuite): Promise<readonly string[]> => {
  const complaints: string[] = [];
  for (const { skip, run } of cases) {
    if (skip !== undefined) continue;
    await run().catch((error: unknown) =>
      complaints.push(`${(error as HeraldError).code} ${(error as Error).message}`),
    );
  }
  return complaints;
};
