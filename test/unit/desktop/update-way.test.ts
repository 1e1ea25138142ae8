import { describe, expect, it } from 'vitest';
import { toUpdateError } from '../../../main/desktop/update-failures.ts';
import { updateWay, type UpdateFacts } from '../../../main/desktop/update-way.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const appImage = { APPIMAGE: '/home/me/OASST.AppImage', APPDIR: '/tmp/.mount_OASST' };

function way(change: Partial<UpdateFacts>): string {
  return updateWay({
    isPackaged: true,
    platform: 'linux',
    env: {},
    executable: '/opt/OASST Desktop/oasst-desktop',
    ...change,
  });
}

describe('how a copy of the app is brought up to date', () => {
  it('is its own affair on Windows, on macOS and as an AppImage', () => {
    expect(way({ platform: 'win32', executable: 'C:\\oasst-desktop.exe' })).toBe('self');
    expect(way({ platform: 'darwin', executable: '/Applications/OASST Desktop.app/Contents/MacOS/x' })).toBe('self');
    expect(way({ env: appImage, executable: '/tmp/.mount_OASST/oasst-desktop' })).toBe('self');
  });

  it('is left to the package manager and to whoever unpacked it', () => {
    expect(way({})).toBe('package');
    expect(way({ executable: '/home/me/oasst-desktop-0.1.0/oasst-desktop' })).toBe('folder');
    expect(way({ isPackaged: false, executable: '/src/node_modules/electron/dist/electron' })).toBe('sources');
  });

  it('is not that of an AppImage which started this one', () => {
    expect(way({ env: appImage })).toBe('package');
    expect(way({ env: appImage, executable: '/tmp/.mount_OASST-other/oasst-desktop' })).toBe('folder');
  });
});

describe('a failure of the updater', () => {
  const failed = (code: string): Error => Object.assign(new Error('raw words'), { code });

  it.each([
    { code: 'ERR_CHECKSUM_MISMATCH', becomes: 'hash-mismatch' },
    { code: 'ERR_UPDATER_INVALID_SIGNATURE', becomes: 'hash-mismatch' },
    { code: 'ENOSPC', becomes: 'disk-full' },
    { code: 'ERR_UPDATER_NO_PUBLISHED_VERSIONS', becomes: 'not-found' },
    { code: 'HTTP_ERROR_500', becomes: 'network-failed' },
  ])('of $code becomes $becomes, in words of the app', ({ code, becomes }) => {
    const error = toUpdateError(failed(code), 'fetch');
    expect(error).toMatchObject({ code: becomes, details: { cause: 'raw words' } });
    expect(error.message).not.toContain('raw words');
  });

  it('without a network says what was being done', () => {
    const offline = new Error('net::ERR_INTERNET_DISCONNECTED');
    expect(toUpdateError(offline, 'look').message).toMatch(/^The page of releases could not be reached\./);
    expect(toUpdateError(offline, 'fetch').message).toMatch(/^The update could not be fetched/);
    const own = new AppError('forbidden', 'No.');
    expect(toUpdateError(own, 'look')).toBe(own);
  });
});
