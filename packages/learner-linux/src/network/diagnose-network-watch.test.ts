import { SystemCallError } from '@nic-herald/linux-sys';
import { expect, it } from 'vitest';
import { diagnoseNetworkWatch } from './diagnose-network-watch.js';

const code = 'HERALD_NETWORK_WATCH_UNAVAILABLE';

it('does without the kernel where it is told to, and tries nothing there', () => {
  const tried = () => expect.fail('tried');
  expect(diagnoseNetworkWatch({ inKernel: false }, tried)).toEqual([
    { level: 'note', what: expect.stringContaining('inKernel is false') as string },
  ]);
});

it('tells why addresses are not watched, and what that means', () => {
  const refused = () => {
    throw new SystemCallError('bpf', 22, 'load the program herald_watch');
  };
  expect(diagnoseNetworkWatch({ inKernel: true }, refused)).toEqual([
    {
      level: 'note',
      what: expect.stringMatching(/not noticed.*EINVAL: load the program/) as string,
      advice: expect.stringMatching(/lacks CAP_|Linux 5\.8/) as string,
      code,
    },
  ]);
});

it('tells that it works', () => {
  expect(diagnoseNetworkWatch({ inKernel: true }, () => {})).toMatchObject([{ level: 'ok' }]);
});
