import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const THRIFT = new URL('v8-thrift.ts', import.meta.url).href;

/** How many times as large V8 makes the part of the heap for new things, in another process that keeps all it makes. */
const growthAfter = (calls: string): number => {
  const code = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { v8Thrift } from ${JSON.stringify(THRIFT)};
    const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
    ${calls}
    const before = size();
    const kept = [];
    let most = 0; // it shrinks again now and then
    for (let round = 0; round < 200; round += 1) {
      for (let number = 0; number < 5000; number += 1) kept.push({ number });
      most = Math.max(most, size());
    }
    console.log(most / before, kept.length);`;
  const options = ['--import', 'tsx', '--input-type=module', '--eval', code];
  return Number.parseFloat(execFileSync(process.execPath, options, { encoding: 'utf8' }));
};

it('keeps the young generation as it is while modules are loaded', () => {
  expect(growthAfter('v8Thrift.begin();')).toBeLessThanOrEqual(1 + 1 / 16); // one page of 16 more is no growth: Node.js 24 begins with it
});

it('lets it grow with what an agent does once it is ready', () => {
  expect(growthAfter('v8Thrift.begin(); v8Thrift.settle();')).toBeGreaterThanOrEqual(2);
});
