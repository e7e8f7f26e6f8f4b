/** One thing that a contract wants. It rejects with HERALD_CONTRACT, saying in words what is wrong and what is wanted. */
export interface ContractCase {
  readonly name: string;
  /** Why this case cannot be tried on what was given; absent: it can. */
  readonly skip?: string;
  readonly run: () => Promise<void>;
}

/** A contract as a list of cases, for any test runner. Cases are independent and may run in any order. */
export interface ContractSuite {
  readonly name: string;
  readonly cases: readonly ContractCase[];
}

/** What `testContract` needs of a test runner: node:test, vitest, jest and mocha all have it. */
export interface TestHooks {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: {
    (name: string, run: () => Promise<void>): unknown;
    skip(name: string, run: () => Promise<void>): unknown;
  };
}

/** Hands the cases of a contract to a test runner, each as one test; skipped ones carry their reason in the name. */
export const testContract = (suite: ContractSuite, { describe, it }: TestHooks): void => {
  describe(suite.name, () => {
    for (const { name, skip, run } of suite.cases) {
      if (skip === undefined) it(name, () => run());
      else it.skip(`${name} (skipped: ${skip})`, () => run());
    }
  });
};
