import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { inNamespace } from './namespaces.js';
import { runProgram } from './run-program.js';

/** The packet sockets that a running process has in its namespace, by their inodes, each with the number of its interface. */
export async function packetSocketsOf(pid: number): Promise<ReadonlyMap<string, number>> {
  const folder = `/proc/${pid}/fd`;
  const links = (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => ''));
  const own = new Set((await Promise.all(links)).map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const all = packetSocketsIn(await readFile(`/proc/${pid}/net/packet`, 'utf8'));
  return new Map([...all].filter(([inode]) => own.has(inode)));
}

/** All packet sockets of a namespace, as {@link packetSocketsOf} has them. */
export async function packetSockets(namespace: string): Promise<ReadonlyMap<string, number>> {
  return packetSocketsIn(await inNamespace(namespace, ['cat', '/proc/net/packet']));
}

/** Rows of /proc/net/packet: `sk RefCnt Type Proto Iface R Rmem User Inode`. */
function packetSocketsIn(table: string): ReadonlyMap<string, number> {
  const rows = table.trim().split('\n').slice(1);
  return new Map(
    rows.map((row) => {
      const columns = row.trim().split(/\s+/);
      return [columns[8] ?? '', Number(columns[4])];
    }),
  );
}

/** The number of an interface. */
export async function interfaceNumber(namespace: string, name: string): Promise<number> {
  const text = await runProgram('ip', ['-n', namespace, '-j', 'link', 'show', 'dev', name]);
  const [link] = JSON.parse(text) as { ifindex: number }[];
  if (link === undefined) throw new TypeError(`${namespace} has no ${name}`);
  return link.ifindex;
}
