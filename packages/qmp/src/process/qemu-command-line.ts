/** Names under which QEMU is installed: qemu-system-x86_64, qemu-kvm, kvm, qemu-dm, .qemu-system-x86_64-wrapped. */
const QEMU = /qemu|kvm/i;
/** QEMU takes its options with one dash or two. */
const INCOMING = ['-incoming', '--incoming'];

/**
 * Whether a command line is a QEMU's, by the name of its program. Somebody else may listen at a QMP socket: a program
 * that passes on what QEMU says, or one that opened the socket and handed it to QEMU.
 */
export const isQemuCommandLine = ([program = '']: readonly string[]): boolean =>
  QEMU.test(program.slice(program.lastIndexOf('/') + 1));

/** Whether QEMU was started to wait for a migration, or for a saved guest. */
export const isStartedToWait = (args: readonly string[]): boolean =>
  args.some((arg) => INCOMING.includes(arg));
