import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { XdrReader } from './xdr-reader.js';
import { XdrWriter } from './xdr-writer.js';

const MANY = 1_000_000;

type Item =
  | { readonly kind: 'int' | 'uint'; readonly value: number }
  | { readonly kind: 'hyper' | 'unsignedHyper'; readonly value: bigint }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'opaque' | 'fixed'; readonly value: Uint8Array }
  | { readonly kind: 'optional'; readonly value: string | undefined }
  | { readonly kind: 'array'; readonly value: string[] };

const of = <K extends string, T>(kind: K, value: fc.Arbitrary<T>) =>
  fc.record({ kind: fc.constant(kind), value });

const text = fc
  .string({ unit: 'binary', maxLength: 400 })
  .filter((each) => Buffer.from(each).toString() === each);
const items: fc.Arbitrary<Item[]> = fc.array(
  fc.oneof(
    of('int' as const, fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })),
    of('uint' as const, fc.nat(0xffff_ffff)),
    of('hyper' as const, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    of('unsignedHyper' as const, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    of('bool' as const, fc.boolean()),
    of('string' as const, text),
    of('opaque' as const, fc.uint8Array({ maxLength: 300 })),
    of('fixed' as const, fc.uint8Array({ maxLength: 40 })),
    of('optional' as const, fc.option(text, { nil: undefined })),
    of('array' as const, fc.array(text, { maxLength: 8 })),
  ),
  { maxLength: 40 },
);

const write = (writer: XdrWriter, item: Item): unknown => {
  switch (item.kind) {
    case 'int':
      return writer.int(item.value);
    case 'uint':
      return writer.uint(item.value);
    case 'hyper':
      return writer.hyper(item.value);
    case 'unsignedHyper':
      return writer.unsignedHyper(item.value);
    case 'bool':
      return writer.bool(item.value);
    case 'string':
      return writer.string(item.value, MANY, 'x');
    case 'opaque':
      return writer.opaque(item.value, MANY, 'x');
    case 'fixed':
      return writer.fixed(item.value);
    case 'optional':
      return writer.optional(item.value, (each, value) => each.string(value, MANY, 'x'));
    case 'array':
      return writer.array(item.value, (each, value) => each.string(value, MANY, 'x'));
  }
};

const read = (reader: XdrReader, item: Item): unknown => {
  switch (item.kind) {
    case 'fixed':
      return Uint8Array.from(reader.fixed(item.value.length, 'x'));
    case 'opaque':
      return Uint8Array.from(reader.opaque(MANY, 'x'));
    case 'string':
      return reader.string(MANY, 'x');
    case 'optional':
      return reader.optional('x', (each) => each.string(MANY, 'x'));
    case 'array':
      return reader.array(MANY, 'x', (each) => each.string(MANY, 'x'));
    case 'int':
    case 'uint':
    case 'hyper':
    case 'unsignedHyper':
    case 'bool':
      return reader[item.kind]('x');
  }
};

const written = (all: readonly Item[]): Uint8Array => {
  const writer = new XdrWriter();
  for (const item of all) write(writer, item);
  return writer.bytes();
};

describe('XDR', () => {
  test('reads what it wrote, whatever it was, and to the last byte', () => {
    fc.assert(
      fc.property(items, (all) => {
        const bytes = written(all);
        expect(bytes.length % 4).toBe(0);
        const reader = new XdrReader(bytes);
        expect(all.map((item) => read(reader, item))).toEqual(all.map(({ value }) => value));
        reader.end('whole');
      }),
    );
  });

  test('refuses all that is cut short, and nothing else happens', () => {
    fc.assert(
      fc.property(items, fc.nat(), (all, cut) => {
        const bytes = written(all);
        if (bytes.length === 0) return;
        const reader = new XdrReader(bytes.subarray(0, cut % bytes.length));
        expect(() => all.map((item) => read(reader, item))).toThrow(
          expect.objectContaining({ code: 'HERALD_LIBVIRT_PROTOCOL' }),
        );
      }),
    );
  });

  test('writes a number where the buffer has to grow for it', () => {
    const writer = new XdrWriter();
    for (let value = 0; value < 1000; value += 1) writer.int(value);
    const reader = new XdrReader(writer.bytes());
    for (let value = 0; value < 1000; value += 1) expect(reader.int('x')).toBe(value);
  });

  test.each<[string, (writer: XdrWriter) => unknown]>([
    ['an int that is too large', (w) => w.int(0x8000_0000)],
    ['an int that is none', (w) => w.int(0.5)],
    ['no number', (w) => w.uint(Number.NaN)],
    ['a negative unsigned int', (w) => w.uint(-1)],
    ['a hyper that is too large', (w) => w.hyper(2n ** 63n)],
    ['a negative unsigned hyper', (w) => w.unsignedHyper(-1n)],
    ['a text that is too long in bytes', (w) => w.string('éé', 3, 'x')],
  ])('does not write %s', (_name, attempt) => {
    const writer = new XdrWriter().int(1);
    expect(() => attempt(writer)).toThrow(expect.objectContaining({ code: 'HERALD_LIBVIRT_ARGUMENT' }));
    expect([...writer.bytes()]).toEqual([0, 0, 0, 1]);
  });
});
