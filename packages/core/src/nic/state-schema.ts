import type { StandardSchemaV1 } from '@standard-schema/spec';
import { messageOf } from '../message-of.js';

/**
 * Parses a model's state from what another host, or another version, sent. Any Standard Schema validator
 * (zod, valibot, arktype); it must be synchronous, and bounded in what it accepts.
 */
export type StateSchema<S> = StandardSchemaV1<unknown, S>;

/** The outcome of parsing: a value, or the issues in words. */
export type ParsedState<S> = { readonly value: S } | { readonly issues: readonly string[] };

const MAX_ISSUES = 5;
const MAX_ISSUE_LENGTH = 200;

/** A validator may quote what it was given, which another host wrote. */
const bounded = (text: string): string =>
  text.length > MAX_ISSUE_LENGTH ? `${text.slice(0, MAX_ISSUE_LENGTH)}...` : text;

/** Runs a schema. Never throws: a validator that throws or is asynchronous is an issue too. */
export const parseState = <S>(schema: StateSchema<S>, input: unknown): ParsedState<S> => {
  try {
    const result = schema['~standard'].validate(input);
    if (result instanceof Promise) {
      result.catch(() => {}); // nobody will wait for it
      return { issues: ['the schema is asynchronous; it must be synchronous'] };
    }
    if (result.issues === undefined) return { value: result.value };
    return {
      issues: result.issues.slice(0, MAX_ISSUES).map(({ message, path }) => {
        const where = (path ?? [])
          .map((part) => String(typeof part === 'object' ? part.key : part))
          .join('.');
        return bounded(where === '' ? message : `${where}: ${message}`);
      }),
    };
  } catch (error) {
    return {
      issues: [bounded(`the schema failed: ${messageOf(error)}`)],
    };
  }
};
