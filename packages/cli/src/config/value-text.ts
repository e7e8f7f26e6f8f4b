import { printable } from '../printable.js';

const MOST = 60;

/** What a value of herald.yaml is, in a few words for a message: long ones are cut, lists and mappings are only counted. */
export const valueText = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  const json = JSON.stringify(value);
  const text = printable(json);
  if (text.length <= MOST) return text;
  const length = typeof value === 'string' ? value.length : json.length;
  return `${text.slice(0, MOST)}... (${length} characters)`;
};
