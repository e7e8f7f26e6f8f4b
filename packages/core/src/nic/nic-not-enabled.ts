import { HeraldError } from '../herald-error.js';
import type { NicDescriptor } from './nic-descriptor.js';

/** What `capture` rejects with before the guest has set up the card. */
export const nicNotEnabled = (nic: NicDescriptor): HeraldError =>
  new HeraldError(
    'HERALD_NIC_NOT_ENABLED',
    `the guest has not enabled ${nic.id} (${nic.type}) yet: it lists no MAC, so only its primary MAC ` +
      `${nic.primaryMac} and what was learned are announced. Nothing to do; it is read again`,
    { details: { nic: nic.id, type: nic.type } },
  );
