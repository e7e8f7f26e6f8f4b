import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { leadingFrames } from './leading-frames.js';

describe('leadingFrames', () => {
  it.each<[string, string, number, number]>([
    ['nothing', '', 0, 0],
    ['a primary alone', 'primary 0', 1, 1],
    ['a primary before others', 'primary 0, learned 1, filter 2', 1, 3],
    ['two primaries', 'primary 0, primary 5, filter 2', 2, 3],
    ['a second kind behind all first ones', 'primary 0, filter 1, primary 0, filter 1', 1, 2],
    ['what comes after a second kind', 'primary 0, primary 0, filter 1', 1, 1],
    ['one MAC on two VLANs', 'primary 0, paired 0/10, paired 0/20', 1, 3],
    ['a primary that is not in front', 'learned 1, primary 0', 0, 2],
    ['no primary', 'learned 1, filter 2, learned 1', 0, 2],
  ])('counts %s', (_, words, primaries, firsts) => {
    const announcements = words
      .split(', ')
      .filter((word) => word !== '')
      .map((word) => {
        const [evidence, where = ''] = word.split(' ') as [
          'primary' | 'learned' | 'filter' | 'paired',
          string,
        ];
        const [number, vlan] = where.split('/').map(Number);
        return { kind: 'rarp', evidence, station: station(number ?? 0, vlan) };
      });
    expect(leadingFrames(announcements)).toEqual({ primaries, firsts });
  });
});
