import { type AnnouncementCompanion, HeraldError } from '@nic-herald/core';
import { MAX_SECTIONS } from '@nic-herald/core/internal';
import { byName } from '../knowledge/model-registry.js';

const NAME = /^[a-z][A-Za-z0-9-]{0,63}$/;

/**
 * The companions of a host, checked. Throws HERALD_NAME_TAKEN where two have one name, and HERALD_COMPANION_REFUSED
 * where there are too many, or one has no proper name.
 */
export const checkedCompanions = (
  companions: readonly AnnouncementCompanion[],
): readonly AnnouncementCompanion[] => {
  const named = byName(companions, 'announcement companions', ({ name }) => name);
  if (named.size > MAX_SECTIONS) {
    throw new HeraldError(
      'HERALD_COMPANION_REFUSED',
      `a report has room for the sections of ${MAX_SECTIONS} companions, and this host has ${named.size}: leave some of their plugins out`,
    );
  }
  for (const name of named.keys()) {
    if (typeof name === 'string' && NAME.test(name)) continue;
    throw new HeraldError(
      'HERALD_COMPANION_REFUSED',
      `${JSON.stringify(name)} is no name of a companion: a lowercase letter is wanted, then letters, digits and dashes, 64 in all at most`,
    );
  }
  return [...named.values()];
};
