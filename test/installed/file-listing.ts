import type { InstalledMachine } from './installed-machine.js';

/** What any installation of any package changes, and what systemd writes by itself. */
const notOurs = [
  /^\/(proc|sys|dev|run|tmp|srv|shared)(\/|$)/,
  /^\/var\/(tmp|cache\/apt|cache\/ldconfig|lib\/apt|lib\/dpkg|log\/apt|log\/journal)(\/|$)/,
  /^\/var\/log\/(dpkg|alternatives)\.log$/,
  /^\/var\/lib\/systemd\/(random-seed|timers|catalog|linger|pstore|coredump)/,
  // What systemd-sysusers and userdel keep of the last state, and their lock.
  /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$/,
  /^\/etc\/\.pwd\.lock$/,
];

/** Each file of a machine with owner and mode, a plain one with its size, those of /etc with their contents; and ours in /run. */
export async function fileListing(machine: InstalledMachine): Promise<readonly string[]> {
  const script = `find / -xdev -type f -printf '%p %U:%G %m %s\n' -o -printf '%p %U:%G %m %l\n'
    find /etc -xdev -type f -exec sha256sum {} + | sed -E 's/^([^ ]+)  (.*)$/\\2 \\1/'
    find /run -name '*nic-herald*' -printf '%p %U:%G %m\n'`;
  const lines = (await machine.run('sh', '-c', script)).split('\n').filter((line) => line !== '');
  return lines.filter((line) => !isNotOurs(line.split(' ')[0] ?? '')).sort();
}

const isNotOurs = (path: string): boolean =>
  !/^\/run\/.*nic-herald/.test(path) && notOurs.some((each) => each.test(path));

/** What was not there before, and what is not there any more. */
export function listingFaults(before: readonly string[], after: readonly string[]): string[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...after.filter((line) => !was.has(line)).map((line) => `left behind: ${line}`),
    ...before.filter((line) => !is.has(line)).map((line) => `gone or changed: ${line}`),
  ];
}
