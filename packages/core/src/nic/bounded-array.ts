import * as z from 'zod';

/** Bounds an array before its elements are looked at: a million of them cost nothing. */
export const boundedArray = <T extends z.ZodType>(element: T, most: number) =>
  z.array(z.unknown()).max(most).pipe(z.array(element));

/** The same, and of equal elements one is kept. */
export const distinctArray = <T extends z.ZodType>(element: T, most: number) =>
  boundedArray(element, most).transform((values): readonly z.output<T>[] => [...new Set(values)]);
