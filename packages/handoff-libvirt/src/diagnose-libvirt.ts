import { type Finding, isHeraldError, messageOf } from '@nic-herald/core';
import { Libvirt, machineClock } from '@nic-herald/libvirt';
import { type ChosenSocket, chooseSocket, readOnlyInstead } from './choose-socket.js';
import type { LibvirtHandoffSettings } from './libvirt-handoff-options.js';
import { readOnlyConnection } from './write-error.js';

const VERSION_TIMEOUT_MS = 3000;

/** Which daemon answers, how many domains it runs, and whether their metadata can be set. It sets nothing. */
export const diagnoseLibvirt = async (
  settings: LibvirtHandoffSettings,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  let libvirt: Libvirt | undefined;
  try {
    const opened = await open(chooseSocket(settings), signal);
    const { chosen } = opened;
    ({ libvirt } = opened);
    const domains = await libvirt.domains({ signal });
    return [
      { level: 'ok', what: `${await whoAnswers(libvirt, signal)} answers at ${libvirt.socketPath}` },
      {
        level: 'ok',
        what: `${domains.length} ${domains.length === 1 ? 'domain runs' : 'domains run'} there`,
      },
      rights(chosen, settings.readOnly),
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [
      {
        level: 'problem',
        what: messageOf(error),
        ...(isHeraldError(error) ? { code: error.code } : {}),
      },
    ];
  } finally {
    libvirt?.close();
  }
};

/** A daemon that began just now looks at QEMU first, which takes seconds. */
const whoAnswers = async (libvirt: Libvirt, signal: AbortSignal): Promise<string> => {
  try {
    const versions = await libvirt.version({ signal, deadlineMs: VERSION_TIMEOUT_MS });
    return `libvirt ${versions.libvirt} with QEMU ${versions.hypervisor}`;
  } catch (error) {
    if (!isHeraldError(error) || error.code !== 'HERALD_LIBVIRT_TIMEOUT') throw error;
    return 'libvirt, which does not tell its version yet,';
  }
};

/** As an agent does. */
const open = async (
  chosen: ChosenSocket,
  signal: AbortSignal,
): Promise<{ readonly libvirt: Libvirt; readonly chosen: ChosenSocket }> => {
  const readOnly = chosen.readOnlyWhy !== undefined;
  try {
    return { libvirt: await Libvirt.open(chosen.find(), machineClock, { readOnly, signal }), chosen };
  } catch (error) {
    const instead = readOnlyInstead(chosen, error);
    if (instead === undefined) throw error;
    return open(instead, signal);
  }
};

const rights = ({ readOnlyWhy: why }: ChosenSocket, isWanted: boolean): Finding => {
  if (why === undefined) {
    return {
      level: 'ok',
      what: "their metadata can be set, unless libvirt's access control forbids it: the connection is read-write",
    };
  }
  const { code, message } = readOnlyConnection(why);
  return { level: isWanted ? 'note' : 'problem', what: message, code };
};
