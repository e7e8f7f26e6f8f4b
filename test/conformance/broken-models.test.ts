import { type ContractSuite, nicModelContract, testContract } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { brokenModels } from './broken-models/broken-models.js';
import { soundRegisterModel } from './broken-models/register-model.js';
import { soundModel } from './broken-models/sample-model.js';

const failureOf = async ({ cases }: ContractSuite, name: string): Promise<unknown> => {
  const found = cases.find((each) => each.name.startsWith(name));
  if (found === undefined) throw new TypeError(`there is no case ${name}`);
  return found.run().then(
    () => 'it passed',
    (error: unknown) => error,
  );
};

describe('a sound model', () => testContract(nicModelContract(soundModel), { describe, it }));
describe('a sound model that reads registers', () =>
  testContract(nicModelContract(soundRegisterModel), { describe, it }));

describe('the contract of a NIC model fails, and says why, for a model of which', () => {
  it.each(brokenModels.map((each) => [each.broken, each] as const))('%s', async (_, broken) => {
    const failure = await failureOf(nicModelContract(broken.contract), broken.fails);
    expect(failure).toMatchObject({
      code: 'HERALD_CONTRACT',
      message: expect.stringMatching(broken.message) as string,
    });
  });
});
