// @ts-check
/**
 * Windows and macOS want all sizes of an icon in one file. Both forms are a list of contents and then PNG files as
 * they are.
 */

/** @typedef {{ size: number, png: Buffer }} IconImage width and height in pixels */

/**
 * An .ico file (Microsoft's ICONDIR; images as PNG since Windows Vista).
 * @param {readonly IconImage[]} images at most 256 pixels each
 * @returns {Buffer}
 */
export function icoOf(images) {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach(({ size, png }, index) => {
    const entry = 6 + 16 * index;
    // 256 does not fit a byte and is written as 0.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

/** What macOS calls a PNG of each size. @type {Readonly<Record<number, string>>} */
const icnsTypes = { 16: 'icp4', 32: 'icp5', 64: 'icp6', 128: 'ic07', 256: 'ic08', 512: 'ic09' };

/**
 * An .icns file (Apple's icon family). Sizes that the format has no name for are left out.
 * @param {readonly IconImage[]} images
 * @returns {Buffer}
 */
export function icnsOf(images) {
  const parts = images.flatMap(({ size, png }) => {
    const type = icnsTypes[size];
    return type === undefined ? [] : [block(type, png)];
  });
  return block('icns', Buffer.concat(parts));
}

/**
 * @param {string} type four letters
 * @param {Buffer} content
 * @returns {Buffer}
 */
function block(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(head.length + content.length, 4);
  return Buffer.concat([head, content]);
}
