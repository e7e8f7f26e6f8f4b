import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** An npm registry of a few tarballs, as if they were published. Each package has one version. */
export class LocalRegistry {
  private constructor(private readonly server: Server) {}

  /** Serves the tarballs at a free port of this machine. */
  static async open(tarballs: readonly string[]): Promise<LocalRegistry> {
    const manifests = new Map<string, { readonly path: string; readonly manifest: Manifest }>(
      tarballs.map((path) => {
        const text = execFileSync('tar', ['-xzOf', path, 'package/package.json'], { encoding: 'utf8' });
        const manifest = JSON.parse(text) as Manifest;
        return [`/${manifest.name}`, { path, manifest }];
      }),
    );
    const files = new Map(tarballs.map((path) => [`/-/${basename(path)}`, path]));
    const server = createServer(({ url = '', headers }, response) => {
      const path = decodeURIComponent(url);
      const file = files.get(path);
      const found = manifests.get(path);
      if (file !== undefined) response.end(readFileSync(file));
      else if (found !== undefined) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(packument(found.manifest, found.path, `http://${headers.host}`)));
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new LocalRegistry(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What a registry tells of a package. */
const packument = (manifest: Manifest, path: string, origin: string) => {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
  const dist = { tarball: `${origin}/-/${basename(path)}`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
};
