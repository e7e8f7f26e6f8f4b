import { type SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** What one query asks for. */
interface SelectedSeries {
  readonly metric: string;
  /** Labels and the values that they must have, of matchers with `=` and of words joined by `|` in those with `=~`. */
  readonly labels: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** The function around it that takes a range. */
  readonly rangeFunction?: string;
}

/** A query, taken apart. */
export interface ParsedQuery {
  readonly series: readonly SelectedSeries[];
  /** Labels that results are grouped by. */
  readonly grouped: readonly string[];
}

/** Takes a PromQL expression apart. Throws an Error where it is none. */
export const parseQuery = (query: string): ParsedQuery => {
  const tree = parser.parse(query);
  if (!(tree instanceof Tree)) throw new Error('no tree');
  const nodes: SyntaxNode[] = [];
  tree.iterate({ enter: ({ node }) => void nodes.push(node) });
  const text = ({ from, to }: SyntaxNode): string => query.slice(from, to);
  const broken = nodes.find(({ type }) => type.isError);
  if (broken !== undefined) throw new Error(`no PromQL at character ${broken.from}: ${query}`);
  const named = (name: string): readonly SyntaxNode[] => nodes.filter(({ type }) => type.name === name);
  return {
    series: named('VectorSelector').map((selector) => {
      const metric = selector.getChild('Identifier');
      const call = enclosing(selector, 'FunctionCall')?.getChild('FunctionIdentifier');
      return {
        metric: metric === null ? '' : text(metric),
        labels: within(selector, /^(?:UnquotedLabelMatcher|LabelMatcher)$/).map((matcher) => {
          const [name = '', , value = ''] = childrenOf(matcher).map(text);
          return { name, values: valuesOf(value) };
        }),
        ...(enclosing(selector, 'MatrixSelector') === undefined || call === undefined || call === null
          ? {}
          : { rangeFunction: text(call) }),
      };
    }),
    grouped: named('GroupingLabels').flatMap((labels) => within(labels, /^LabelName$/).map(text)),
  };
};

const childrenOf = (node: SyntaxNode): readonly SyntaxNode[] => {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
};

const within = (node: SyntaxNode, name: RegExp): readonly SyntaxNode[] =>
  childrenOf(node).flatMap((child) => [
    ...(name.test(child.type.name) ? [child] : []),
    ...within(child, name),
  ]);

const enclosing = (node: SyntaxNode, name: string): SyntaxNode | undefined => {
  for (let up = node.parent; up !== null; up = up.parent) if (up.type.name === name) return up;
  return undefined;
};

/** `"a|b"`: a and b; nothing where it stands for any value. */
const valuesOf = (quoted: string): readonly string[] => {
  const value = quoted.slice(1, -1);
  return value === '.*' ? [] : value.split('|');
};
