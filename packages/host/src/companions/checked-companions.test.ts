import { describe, expect, it } from 'vitest';
import { checkedCompanions } from './checked-companions.js';

const named = (...names: readonly unknown[]) =>
  names.map((name) => ({ name: name as string, accompany: () => undefined }));

describe('checkedCompanions', () => {
  it.each<[string, readonly unknown[], string]>([
    ['two of one name', ['proof', 'proof'], 'HERALD_NAME_TAKEN'],
    ['one without a name', [''], 'HERALD_COMPANION_REFUSED'],
    ['a name that is none', [undefined], 'HERALD_COMPANION_REFUSED'],
    ['a name of objects', ['__proto__'], 'HERALD_COMPANION_REFUSED'],
    ['a name of other letters', ['Proof of it'], 'HERALD_COMPANION_REFUSED'],
    ['a long name', ['a'.repeat(65)], 'HERALD_COMPANION_REFUSED'],
    [
      'more than a report has room for',
      Array.from({ length: 17 }, (_, index) => `c${index}`),
      'HERALD_COMPANION_REFUSED',
    ],
  ])('refuses %s', (_, names, code) => {
    expect(() => checkedCompanions(named(...names))).toThrow(expect.objectContaining({ code }));
  });

  it('takes others', () => {
    const companions = named('a', 'arrivalNote', 'proof-2', 'a'.repeat(64));
    expect(checkedCompanions(companions)).toEqual(companions);
  });
});
