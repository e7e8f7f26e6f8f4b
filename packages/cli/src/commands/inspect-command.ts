import type { CliIo } from '../cli-io.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { findAccess } from '../inspect/find-access.js';
import type { GuestTarget } from '../inspect/guest-access.js';
import { renderGuestList } from '../inspect/render-guest-list.js';
import { renderInspection } from '../inspect/render-inspection.js';

/** `nic-herald inspect`: looks at one guest, or lists those that agents see. */
export const inspectCommand = async (
  target: GuestTarget,
  options: { readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const found = await findAccess(target, io, { sending: false });
  if ('guests' in found) {
    const { guests } = found;
    if (options.json) io.write(`${JSON.stringify(guests, undefined, 2)}\n`);
    else io.write(guests.length === 0 ? noGuest(target) : renderGuestList(guests, io));
    return EXIT.ok;
  }
  const { access } = found;
  try {
    const inspection = await access.inspect();
    const { hasSink } = access;
    io.write(
      options.json
        ? `${JSON.stringify(inspection, undefined, 2)}\n`
        : renderInspection(inspection, { color: io.color, hasSink }),
    );
    return EXIT.ok;
  } finally {
    await access.close();
  }
};

const noGuest = ({ host }: GuestTarget): string =>
  host === undefined
    ? 'No running agent sees a guest.\n'
    : `No running agent of host ${host} sees a guest.\n`;
