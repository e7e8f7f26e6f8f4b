import { withMap } from './bpf-program.js';

/** A program as `npm run generate` wrote it. */
export interface GeneratedProgram<M extends string> {
  readonly mapReferences: Readonly<Record<M, readonly number[]>>;
  readonly instructions: readonly string[];
}

/** The instructions of a generated program with its maps put in, named by their descriptors. */
export const programInstructions = <M extends string>(
  { mapReferences, instructions }: GeneratedProgram<M>,
  fds: Readonly<Record<NoInfer<M>, number>>,
): Uint8Array => {
  const bytes = new Uint8Array(Buffer.from(instructions.join(''), 'hex'));
  const maps = Object.keys(mapReferences) as M[];
  return maps.reduce<Uint8Array>((complete, map) => withMap(complete, mapReferences[map], fds[map]), bytes);
};
