import type { SeenElsewhere } from '@nic-herald/core/internal';
import type { Rival } from './rival.js';

/** What a snapshot says of a NIC's claims, as rivals; `agesAt`: when its ages were true, by `Clock.elapsed`. */
export const handedRivals = (elsewhere: readonly SeenElsewhere[], agesAt: number): readonly Rival[] =>
  elsewhere.map(({ ageMs, ...rest }) => ({ ...rest, kind: 'handed', times: [agesAt - ageMs] }));
