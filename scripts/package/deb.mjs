// The Debian package: where the files of the program and of deploy/ go, and dpkg-deb over it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesBelow, fixTree, sizeKib } from './fixed-tree.mjs';

const CONFIG = 'etc/nic-herald/herald.yaml';
const DOC = 'usr/share/doc/nic-herald';
const MAINTAINER_SCRIPTS = ['postinst', 'prerm', 'postrm'];

/** What of deploy/ goes where: those of another name, and folders whole. What is not there is left out. */
const PLACES = [
  ['herald.yaml', CONFIG],
  ['systemd/nic-herald.service', 'usr/lib/systemd/system/nic-herald.service'],
  ['systemd/examples', `${DOC}/examples/systemd`],
  ['nats', `${DOC}/examples/nats`],
  ['sysusers.d/nic-herald.conf', 'usr/lib/sysusers.d/nic-herald.conf'],
  ['grafana', `${DOC}/examples/grafana`],
  ['prometheus', `${DOC}/examples/prometheus`],
  ['completion/nic-herald.bash', 'usr/share/bash-completion/completions/nic-herald'],
  ['completion/nic-herald.zsh', 'usr/share/zsh/vendor-completions/_nic-herald'],
  ['completion/nic-herald.fish', 'usr/share/fish/vendor_completions.d/nic-herald.fish'],
  ['debian/copyright', `${DOC}/copyright`],
  ['debian/lintian-overrides', 'usr/share/lintian/overrides/nic-herald'],
];

/** Makes `nic-herald_VERSION_amd64.deb` and gives its path. */
export const buildDeb = ({ program, deploy, workspace, version, epoch, out, work }) => {
  const tree = join(work, 'deb');
  const control = readFileSync(join(deploy, 'debian/control'), 'utf8');
  const put = (path, write) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    write(join(tree, path));
  };
  put('usr/lib/nic-herald', (to) => cpSync(program, to, { recursive: true }));
  put('usr/bin/nic-herald', (to) => symlinkSync('../lib/nic-herald/bin/nic-herald', to));
  for (const [from, to] of PLACES) {
    if (existsSync(join(deploy, from)))
      put(to, (path) => cpSync(join(deploy, from), path, { recursive: true }));
  }
  for (const page of existsSync(join(deploy, 'man')) ? readdirSync(join(deploy, 'man')) : [])
    put(`usr/share/man/man${page.slice(-1)}/${page}.gz`, gzipped(readFileSync(join(deploy, 'man', page))));
  put(`${DOC}/CHANGELOG.md.gz`, gzipped(readFileSync(join(workspace, 'CHANGELOG.md'))));
  put(`${DOC}/changelog.gz`, gzipped(debianChangelog(control, version, epoch)));
  put(`${DOC}/examples/herald.yaml`, (to) => cpSync(join(workspace, 'examples/herald.yaml'), to));

  const payload = filesBelow(tree);
  put('DEBIAN/md5sums', (to) =>
    writeFileSync(
      to,
      payload
        .filter((path) => path !== CONFIG)
        .map(md5Line(tree))
        .join(''),
    ),
  );
  put('DEBIAN/conffiles', (to) => writeFileSync(to, `/${CONFIG}\n`));
  const size = readdirSync(tree)
    .filter((name) => name !== 'DEBIAN')
    .reduce((sum, name) => sum + sizeKib(join(tree, name)), 0);
  put('DEBIAN/control', (to) =>
    writeFileSync(to, control.replace('@VERSION@', version).replace('@SIZE@', String(size))),
  );
  for (const script of MAINTAINER_SCRIPTS)
    put(`DEBIAN/${script}`, (to) => cpSync(join(deploy, 'debian', script), to));
  fixTree(tree, epoch);

  const file = join(out, `nic-herald_${version}_amd64.deb`);
  // gzip as in the tarball.
  const args = ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, file];
  const { status, stderr, error } = spawnSync('dpkg-deb', args, {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(`dpkg-deb: ${error?.message ?? stderr}`);
  return file;
};

/** In the form that Debian's tools read; what changed stands in our own. */
const debianChangelog = (control, version, epoch) => {
  const [, maintainer] = /^Maintainer: (.*)$/m.exec(control);
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `nic-herald (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- ${maintainer}  ${date}\n`;
};

const gzipped = (bytes) => (to) => writeFileSync(to, gzipSync(bytes, { level: 9 }));

const md5Line = (tree) => (path) =>
  `${createHash('md5')
    .update(readFileSync(join(tree, path)))
    .digest('hex')}  ${path}\n`;
