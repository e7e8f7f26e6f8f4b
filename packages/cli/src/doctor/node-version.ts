import type { SubjectFinding } from './subject-finding.js';

/** The oldest Node.js that is supported. */
const MIN_NODE = [20, 19] as const;

/** Judges a version of Node.js. */
export const nodeFinding = (version: string): SubjectFinding => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return enough
    ? { subject: 'Node.js', level: 'ok', what: version }
    : {
        subject: 'Node.js',
        level: 'problem',
        what: `${version} is too old`,
        advice: `install ${MIN_NODE.join('.')} or newer`,
      };
};
