import { HeraldError } from '../herald-error.js';
import type { NicDescriptor } from './nic-descriptor.js';

/** What `capture` rejects with where what it reads is no such card; `found` stands after "cannot be read:". */
export const nicUnreadable = (nic: NicDescriptor, found: string): HeraldError =>
  new HeraldError(
    'HERALD_DEVICE_UNREADABLE',
    `${nic.id} (${nic.type}) cannot be read: ${found}. Only its primary MAC ${nic.primaryMac} and what was ` +
      'learned are announced. If that is so on every read, report the QEMU version and machine type',
    { details: { nic: nic.id, type: nic.type } },
  );
