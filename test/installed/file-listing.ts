import type { InstalledMachine } from './installed-machine.js';

/** What any installation of any package changes, and what systemd writes by itself. */
const notOurs = [
  '^/(proc|sys|dev|run|tmp|srv|shared)(/|$)',
  '^/var/(tmp|cache/apt|cache/ldconfig|lib/apt|lib/dpkg|log/apt|log/journal)(/|$)',
  '^/var/log/(dpkg|alternatives)\\.log$',
  '^/var/lib/systemd/(random-seed|timers|catalog|linger|pstore|coredump)',
  // What systemd-sysusers and userdel keep of the last state, and their lock.
  '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$',
  '^/etc/\\.pwd\\.lock$',
];

/** Each file of a machine with owner, mode and contents (a directory: without), one a line; and what is in /run of nic-herald. */
export async function fileListing(machine: InstalledMachine): Promise<readonly string[]> {
  const script = `find / -xdev \\( -type f -printf '%p %U:%G %m ' -exec sha256sum {} \\; \\) -o \\( -printf '%p %U:%G %m %l\\n' \\)
    find /run -name '*nic-herald*' -printf '%p %U:%G %m\\n'`;
  const text = await machine.run('sh', '-c', script);
  const ignored = new RegExp(notOurs.slice(1).join('|'));
  const elsewhere = new RegExp(notOurs[0] ?? '');
  return text
    .split('\n')
    .filter((line) => line !== '' && !ignored.test(line.split(' ')[0] ?? ''))
    .filter((line) => /^\/run\/.*nic-herald/.test(line) || !elsewhere.test(line.split(' ')[0] ?? ''))
    .sort();
}

/** What was not there before, and what is not there any more. */
export function listingFaults(before: readonly string[], after: readonly string[]): string[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...after.filter((line) => !was.has(line)).map((line) => `left behind: ${line}`),
    ...before.filter((line) => !is.has(line)).map((line) => `gone or changed: ${line}`),
  ];
}
