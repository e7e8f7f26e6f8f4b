/** The hosts between which guests go. */
export type Place = 'A' | 'B';

export const elsewhere: Readonly<Record<Place, Place>> = { A: 'B', B: 'A' };
