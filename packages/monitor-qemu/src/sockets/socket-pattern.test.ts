import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeQemu } from '../../../qmp/test/fake-qemu.js';
import { withDirectory } from '../../../qmp/test/with-directory.js';
import { componentPattern, findSockets } from './socket-pattern.js';

describe('componentPattern', () => {
  it.each([
    ['*.qmp', 'a.qmp', true],
    ['*.qmp', '.qmp', false],
    ['*.qmp', 'a.qmp.bak', false],
    ['*.qmp', 'aXqmp', false],
    ['vm-??', 'vm-12', true],
    ['vm-??', 'vm-1', false],
    ['.*', '.x', true],
    ['a*b*c', 'a-b-c', true],
    ['(x)[y]', '(x)[y]', true],
    ['***x', 'aaax', true],
  ])('%s and %s: %s', (pattern, name, matches) => {
    expect(componentPattern(pattern).test(name)).toBe(matches);
  });
});

describe('findSockets', () => {
  it('finds sockets in directories, and the directories to watch', () =>
    withDirectory(async (directory) => {
      for (const vm of ['1', '2']) await mkdir(join(directory, vm));
      await mkdir(join(directory, '1', 'not-a-socket.qmp'));
      const one = await FakeQemu.listen(join(directory, '1', 'a.qmp'));
      const two = await FakeQemu.listen(join(directory, '2', 'b.qmp'));
      const found = await findSockets(join(directory, '*', '*.qmp'));
      expect(new Set(found.sockets.keys())).toEqual(new Set([one.path, two.path]));
      expect(found.directories).toEqual(new Set([directory, join(directory, '1'), join(directory, '2')]));
      await Promise.all([one.close(), two.close()]);
    }));

  it('takes a named file whatever it is, and nothing where nothing is', () =>
    withDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), '');
      expect((await findSockets(join(directory, 'file'))).sockets.size).toBe(1);
      expect((await findSockets(join(directory, 'fil?'))).sockets.size).toBe(0);
      const missing = await findSockets(join(directory, 'none', 'a.qmp'));
      expect(missing.sockets.size).toBe(0);
      expect([...missing.directories]).toEqual([join(directory, 'none')]);
    }));
});
