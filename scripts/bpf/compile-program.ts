import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSection } from './object-file.js';

/** Instruction set v2 is understood by every kernel since 4.14; a newer one would gain nothing here. */
const FLAGS = ['-O2', '-target', 'bpf', '-mcpu=v2', '-Wall', '-Wextra', '-Werror'];
/** Debian keeps a machine's own kernel headers here, where clang does not look for the target bpf. */
const HEADERS = ['-idirafter', `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`];

/** A program as a compiler makes it. */
export interface CompiledProgram<M extends string = string> {
  readonly sourceSha256: string;
  /** Other versions may choose other instructions for the same source. */
  readonly clangMajor: number;
  /** By map: positions of the instructions that load it. */
  readonly mapReferences: Readonly<Record<M, readonly number[]>>;
  /** Each instruction as 16 hexadecimal digits, in the order of its bytes. */
  readonly instructions: readonly string[];
}

/** The source of a program. */
export interface ProgramSource<M extends string = string> {
  /** The folder that has it, and where `src/generated` is beside. */
  readonly directory: string;
  /** Of the file without `.bpf.c`, and of what is generated: `learn`. */
  readonly name: string;
  /** Files that it includes. */
  readonly headers: readonly string[];
  /** Of its object file. */
  readonly section: string;
  /** The maps that it refers to, as the source calls them. */
  readonly maps: readonly M[];
}

/** A fingerprint of a source and of what it includes. */
export const sourceSha256 = ({ directory, name, headers }: ProgramSource): string => {
  const hash = createHash('sha256');
  for (const file of [`${name}.bpf.c`, ...headers]) hash.update(readFileSync(join(directory, file)));
  return hash.digest('hex');
};

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

/** Compiles a source. Throws where clang is missing, refuses, or leaves open anything but the maps. */
export const compileProgram = <M extends string>(source: ProgramSource<M>): CompiledProgram<M> => {
  const clang = installedClang();
  if ('missing' in clang) throw new TypeError(clang.missing);
  const directory = mkdtempSync(join(tmpdir(), 'herald-bpf-'));
  try {
    const output = join(directory, 'program.o');
    const input = join(source.directory, `${source.name}.bpf.c`);
    execFileSync('clang', [...FLAGS, ...HEADERS, '-c', input, '-o', output], { stdio: 'inherit' });
    const { code, relocations } = readSection(readFileSync(output), source.section);
    const unknown = relocations.find(({ symbol }) => !source.maps.some((map) => map === symbol));
    if (unknown) throw new TypeError(`the program refers to ${unknown.symbol}, which nobody provides`);
    const positionsOf = (map: M): readonly number[] =>
      relocations.filter(({ symbol }) => symbol === map).map(({ offset }) => offset / 8);
    return {
      sourceSha256: sourceSha256(source),
      clangMajor: clang.major,
      mapReferences: Object.fromEntries(source.maps.map((map) => [map, positionsOf(map)])) as Record<
        M,
        readonly number[]
      >,
      instructions: Buffer.from(code).toString('hex').match(/.{16}/g) ?? [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
