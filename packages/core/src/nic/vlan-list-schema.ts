import * as z from 'zod';
import { distinctArray } from './bounded-array.js';

/** Most VLANs that are taken for a list; above it they were not chosen one by one. */
const MAX_LISTED_VLANS = 512;

/** VLANs of a card's table: from `least` to 4094, made ascending, each once; `too-many` stands for a longer list. */
export const vlanListSchema = ({ least }: { readonly least: 0 | 1 }) =>
  z.union([
    z.literal('too-many'),
    distinctArray(z.int().min(least).max(4094), MAX_LISTED_VLANS).transform((vids): readonly number[] =>
      vids.toSorted((a, b) => a - b),
    ),
  ]);

/** What is kept of a card's table. */
export const listedVlans = (vids: readonly number[]): readonly number[] | 'too-many' =>
  vids.length > MAX_LISTED_VLANS ? 'too-many' : vids;
