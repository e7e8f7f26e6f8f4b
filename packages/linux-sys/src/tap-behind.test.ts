import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { tapBehind } from './tap-behind.js';

it('throws for a descriptor that is not open', () => {
  expect(() => tapBehind(process.pid, 2 ** 20)).toThrow(
    expect.objectContaining({ errno: constants.errno.EBADF }) as Error,
  );
});

it('finds none behind another file', () => {
  const fd = openSync('/dev/null', 'r');
  expect(tapBehind(process.pid, fd)).toBeUndefined();
  closeSync(fd);
});
