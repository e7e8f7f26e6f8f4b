import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSection } from './object-file.js';

const SOURCE = join(import.meta.dirname, 'learn.bpf.c');
/** Instruction set v2 is understood by every kernel since 4.14; a newer one would gain nothing here. */
const FLAGS = ['-O2', '-target', 'bpf', '-mcpu=v2', '-Wall', '-Wextra', '-Werror'];
/** Debian keeps a machine's own kernel headers here, where clang does not look for the target bpf. */
const HEADERS = ['-idirafter', `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`];

/** The maps that the program refers to, as the source calls them. */
const MAPS = ['stations', 'addresses'] as const;
type MapName = (typeof MAPS)[number];

/** The learning program as a compiler makes it. */
export interface CompiledLearnProgram {
  readonly sourceSha256: string;
  /** Other versions may choose other instructions for the same source. */
  readonly clangMajor: number;
  /** By map: positions of the instructions that load it. */
  readonly mapReferences: Readonly<Record<MapName, readonly number[]>>;
  /** Each instruction as 16 hexadecimal digits, in the order of its bytes. */
  readonly instructions: readonly string[];
}

/** A fingerprint of the source. */
export const learnSourceSha256 = (): string =>
  createHash('sha256').update(readFileSync(SOURCE)).digest('hex');

/** Version of the clang on this machine, or why it cannot compile. */
export const installedClang = (): { readonly major: number } | { readonly missing: string } => {
  const asked = spawnSync('clang', ['--version'], { encoding: 'utf8' });
  const major = /clang version (\d+)\./.exec(asked.status === 0 ? asked.stdout : '')?.[1];
  if (major === undefined) return { missing: 'no clang here' };
  const tried = spawnSync('clang', [...FLAGS, ...HEADERS, '-fsyntax-only', '-x', 'c', '-'], {
    input: '#include <linux/pkt_cls.h>\n',
    encoding: 'utf8',
  });
  if (tried.status !== 0) return { missing: 'clang has no target bpf or no kernel headers (linux-libc-dev)' };
  return { major: Number(major) };
};

/** Compiles the source. Throws where clang is missing, refuses, or leaves open anything but the maps. */
export const compileLearnProgram = (): CompiledLearnProgram => {
  const clang = installedClang();
  if ('missing' in clang) throw new TypeError(clang.missing);
  const directory = mkdtempSync(join(tmpdir(), 'herald-learn-'));
  try {
    const output = join(directory, 'learn.o');
    execFileSync('clang', [...FLAGS, ...HEADERS, '-c', SOURCE, '-o', output], { stdio: 'inherit' });
    const { code, relocations } = readSection(readFileSync(output), 'classifier');
    const unknown = relocations.find(({ symbol }) => !MAPS.some((map) => map === symbol));
    if (unknown) throw new TypeError(`the program refers to ${unknown.symbol}, which nobody provides`);
    const positionsOf = (map: MapName): readonly number[] =>
      relocations.filter(({ symbol }) => symbol === map).map(({ offset }) => offset / 8);
    return {
      sourceSha256: learnSourceSha256(),
      clangMajor: clang.major,
      mapReferences: { stations: positionsOf('stations'), addresses: positionsOf('addresses') },
      instructions: Buffer.from(code).toString('hex').match(/.{16}/g) ?? [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
