/** The certificate beside the manifest of a release, in a folder of this machine or in a store. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOnS3, openStore } from './open-store.ts';

/** Its name in a release. */
export const CERTIFICATE_FILE = 'certificate.json';

/** Writes certificates of one release. */
export interface CertificateFile {
  /** What messages call it. */
  readonly path: string;
  /** Removes what a verification left that was ended while it wrote: it would be a stray. */
  removeHalf(): void;
  /**
   * Writes it whole or not at all: whoever reads the release meets the certificate before, or this
   * one. Throws what a file system or a store says.
   */
  write(text: string): Promise<void>;
}

/** Opens nothing yet. Throws `usage` where the location is none. */
export function openCertificate(release: string): CertificateFile {
  return isOnS3(release) ? certificateInStore(release) : certificateInFolder(release);
}

function certificateInStore(release: string): CertificateFile {
  const store = openStore(release);
  return {
    path: `${store.location}/${CERTIFICATE_FILE}`,
    removeHalf() {},
    write: (text) => store.put(CERTIFICATE_FILE, Buffer.from(text)),
  };
}

function certificateInFolder(release: string): CertificateFile {
  const path = join(release, CERTIFICATE_FILE);
  // In the release itself: the folder above may be nobody's to write to.
  const half = `${path}.tmp`;
  const removeHalf = () => {
    try {
      rmSync(half, { force: true });
    } catch {
      // Where it cannot be removed the checker tells of it.
    }
  };
  return {
    path,
    removeHalf,
    async write(text) {
      removeHalf();
      try {
        // A new file in place of what has the name: a link would lead somewhere else.
        writeFileSync(half, text, { flag: 'wx' });
        renameSync(half, path);
      } catch (error) {
        removeHalf();
        throw error;
      }
    },
  };
}
