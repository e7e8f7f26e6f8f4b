import {
  encodeNote,
  type GuestKey,
  type HandoffNote,
  type HandoffNotes,
  type HandoffOptions,
} from '@nic-herald/core';
import type { DirectoryAccess } from './directory-access.js';
import { guestPrefix } from './entry-name.js';
import type { NameQueues } from './name-queues.js';
import type { NoteFiles } from './note-files.js';

/** The notes of a directory, as the contract has them. */
export class DirectoryNotes implements HandoffNotes {
  constructor(
    private readonly files: NoteFiles,
    private readonly access: DirectoryAccess,
    private readonly queues: NameQueues,
  ) {}

  async put(guest: GuestKey, note: HandoffNote, { signal }: HandoffOptions): Promise<void> {
    const bytes = encodeNote(note);
    await this.access.during('written', signal, () =>
      this.queues.run(guestPrefix(guest), async () => {
        await this.access.check();
        await this.files.write(guest, note, bytes, signal);
      }),
    );
  }

  async read(guest: GuestKey, { signal }: HandoffOptions): Promise<readonly HandoffNote[]> {
    return this.access.during('read', signal, () => this.files.read(guest));
  }
}
