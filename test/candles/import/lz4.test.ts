import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { decodeLz4Frame } from '../../../candles/import/arrow/lz4.ts';
import { golden } from '../../support/golden.ts';

interface Frame {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly frame: string;
}

const { frames } = golden<{ frames: Frame[] }>('import/lz4-frames.json');
const bytesOf = ({ frame }: Frame) => new Uint8Array(Buffer.from(frame, 'base64'));
const named = (name: string) => frames.find(frame => frame.name === name)!;

for (const frame of frames) {
  test(`an LZ4 frame (${frame.name}) unpacks as liblz4 packed it`, () => {
    const bytes = decodeLz4Frame(bytesOf(frame), frame.bytes);
    assert.equal(bytes.length, frame.bytes);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), frame.sha256);
  });
}

test('a frame of more bytes than allowed is refused without growing', () => {
  for (const frame of frames.filter(({ bytes }) => bytes > 0))
    assert.throws(
      () => decodeLz4Frame(bytesOf(frame), frame.bytes - 1),
      /more bytes than declared/,
      frame.name,
    );
});

test('a frame cut off anywhere is refused', () => {
  const bytes = bytesOf(named('no content size'));
  for (let length = 0; length < bytes.length; length++)
    assert.throws(() => decodeLz4Frame(bytes.subarray(0, length), 500), `cut at ${length}`);
});

test('whatever bytes of a frame are changed, it unpacks within its bounds or is refused', () => {
  const frame = named('linked blocks of 64 KB');
  const change = fc.tuple(fc.nat({ max: bytesOf(frame).length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), changes => {
      const bytes = bytesOf(frame);
      for (const [at, value] of changes) bytes[at] = value;
      try {
        assert.ok(decodeLz4Frame(bytes, frame.bytes).length <= frame.bytes);
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('a dictionary, another version and another format are refused', () => {
  const frame = bytesOf(named('no content size'));
  const withFlags = (change: (flags: number) => number) =>
    Uint8Array.from(frame, (byte, at) => (at === 4 ? change(byte) : byte));
  assert.throws(
    () =>
      decodeLz4Frame(
        withFlags(flags => flags | 1),
        500,
      ),
    /dictionary/,
  );
  assert.throws(
    () =>
      decodeLz4Frame(
        withFlags(flags => flags | 0x80),
        500,
      ),
    /version/,
  );
  assert.throws(() => decodeLz4Frame(new Uint8Array(64), 500), /no LZ4 frame/);
});
