/** A section of code out of an object file, with what its linker would still have to fill in. */
export interface CompiledSection {
  readonly code: Uint8Array;
  /** Byte offsets into the code, each with the symbol that is to be put there. */
  readonly relocations: readonly { readonly offset: number; readonly symbol: string }[];
}

// ELF64, little-endian, see elf(5).
const SECTION_HEADERS_AT = 0x28;
const SECTION_HEADER_BYTES_AT = 0x3a;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;
const SHT_REL = 9;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
}

/** Reads one section of what `clang -target bpf -c` wrote. Throws a TypeError where it is not there. */
export const readSection = (object: Uint8Array, name: string): CompiledSection => {
  const sections = sectionsOf(object);
  const index = sections.findIndex((section) => section.name === name);
  const section = sections[index];
  if (!section) throw new TypeError(`no section ${name} in the object file`);
  const table = sections.find(({ type, info }) => type === SHT_REL && info === index);
  return { code: section.bytes, relocations: table ? relocationsOf(table, sections) : [] };
};

const sectionsOf = (object: Uint8Array): readonly Section[] => {
  const view = viewOf(object);
  if (view.getUint32(0) !== 0x7f454c46) throw new TypeError('not an ELF file');
  const start = Number(view.getBigUint64(SECTION_HEADERS_AT, true));
  const step = view.getUint16(SECTION_HEADER_BYTES_AT, true);
  const count = view.getUint16(SECTION_HEADER_BYTES_AT + 2, true);
  const headers = Array.from({ length: count }, (_, index) => {
    const at = start + index * step;
    const from = Number(view.getBigUint64(at + 24, true));
    const bytes = object.subarray(from, from + Number(view.getBigUint64(at + 32, true)));
    return {
      nameAt: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      bytes,
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
    };
  });
  const names = headers[view.getUint16(SECTION_HEADER_BYTES_AT + 4, true)]?.bytes ?? new Uint8Array();
  return headers.map(({ nameAt, ...header }) => ({ name: textAt(names, nameAt), ...header }));
};

const relocationsOf = (table: Section, sections: readonly Section[]): CompiledSection['relocations'] => {
  const symbols = sections[table.link];
  const names = symbols && sections[symbols.link];
  if (!symbols || !names) throw new TypeError('relocations without symbols');
  const view = viewOf(table.bytes);
  return Array.from({ length: table.bytes.length / RELOCATION_BYTES }, (_, index) => {
    const at = index * RELOCATION_BYTES;
    const symbol = view.getUint32(at + 12, true) * SYMBOL_BYTES;
    return {
      offset: Number(view.getBigUint64(at, true)),
      symbol: textAt(names.bytes, viewOf(symbols.bytes).getUint32(symbol, true)),
    };
  });
};

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const textAt = (bytes: Uint8Array, at: number): string =>
  new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
