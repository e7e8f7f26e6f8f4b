import { chmod, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeQemu } from '../../../qmp/test/fake-qemu.js';
import { withDirectory } from '../../../qmp/test/with-directory.js';
import { socketMark } from './socket-mark.js';

describe('socketMark', () => {
  it('stays when the rights change, and is the same by another path', () =>
    withDirectory(async (directory) => {
      const qemu = await FakeQemu.listen(join(directory, 'a.qmp'));
      const mark = socketMark(qemu.path, true);
      await chmod(qemu.path, 0o600);
      await symlink(qemu.path, join(directory, 'b.qmp'));
      expect(mark).toMatch(/^\d+:\d+:\d+$/);
      expect(socketMark(qemu.path, true)).toBe(mark);
      expect(socketMark(join(directory, 'b.qmp'), true)).toBe(mark);
      await qemu.close();
    }));

  it('changes when another socket takes the place', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'a.qmp');
      const old = await FakeQemu.listen(path);
      const mark = socketMark(path, true);
      await unlink(path);
      const other = await FakeQemu.listen(path);
      expect(socketMark(path, true)).not.toBe(mark);
      await rename(path, `${path}.old`); // node:net removes the file of the path it was given
      await Promise.all([old.close(), other.close()]);
    }));

  it('is there for sockets only, where that is asked for', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'file');
      expect(socketMark(path, false)).toBeUndefined();
      await writeFile(path, '');
      expect(socketMark(path, true)).toBeUndefined();
      expect(socketMark(path, false)).toBeDefined();
    }));
});
