// The keys of herald.yaml and what each may be, out of the schema that checks it.

/**
 * Every key with its path (`announce.rounds`) and its form in words; those of single guests are those for all. What the schema
 * cannot say, `told` is asked for by the path.
 */
export const configKeys = (schema, told, path = []) =>
  Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const here = [...path, name];
    const below =
      value.items?.properties === undefined
        ? configKeys(value, told, here)
        : configKeys(value.items, told, here);
    return [{ path: here.join('.'), form: formOf(value) ?? told(here) }, ...below];
  });

const formOf = (schema) => {
  const { anyOf, additionalProperties, enum: words, type } = schema;
  if (words !== undefined) return `one of ${words.join(', ')}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'integer') return `a whole number, ${schema.minimum} to ${schema.maximum}`;
  if (type === 'string')
    return `text${schema.maxLength === undefined ? '' : ` of ${schema.minLength ?? 0} to ${schema.maxLength} characters`}`;
  if (type === 'array')
    return `a list${schema.maxItems === undefined ? '' : ` of at most ${schema.maxItems} entries`}`;
  if (typeof additionalProperties === 'object') return 'a mapping from names to mappings';
  if (type === 'object') return 'a mapping';
  return anyOf?.map(formOf).join(', or ');
};
