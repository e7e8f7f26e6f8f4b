/** The file system that a directory lies on. */
export interface Mount {
  /** Where it is mounted. */
  readonly point: string;
  /** What the kernel calls it: `ext4`, `nfs4`. */
  readonly type: string;
}

/**
 * The mount that a path lies on, by the text of `/proc/self/mountinfo`; `undefined` where that names none. The path is
 * absolute, without symbolic links. Of two mounts at one point the later covers the earlier.
 */
export const mountOf = (path: string, mountinfo: string): Mount | undefined => {
  let found: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6); // optional fields end with a lone dash
    const [written, type] = [fields[4], fields[separator + 1]];
    if (separator < 0 || written === undefined || type === undefined) continue;
    const point = unescaped(written);
    if (!isWithin(path, point) || point.length < (found?.point.length ?? 0)) continue;
    found = { point, type };
  }
  return found;
};

/** Whether machines other than this one may see what is stored on such a file system. */
export const isShared = ({ type }: Mount): boolean =>
  /^(nfs4?|cifs|smb3|ceph|glusterfs|fuse[.].+|gfs2|ocfs2|lustre|beegfs|afs|9p|virtiofs|gpfs|pvfs2|orangefs|vboxsf|prl_fs)$/.test(
    type,
  );

const isWithin = (path: string, point: string): boolean =>
  point === '/' || path === point || path.startsWith(`${point}/`);

/** Blanks, tabs, line breaks and backslashes stand there as `\040`. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
