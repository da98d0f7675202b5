import type { FileHandle } from 'node:fs/promises';
import { follow, type Table } from '../../../storage/arrow/flatbuffer.ts';
import { ARROW_MAGIC, check, TRAILER_BYTES } from '../../../storage/arrow/ipc.ts';
import { readExactly } from './buffers.ts';

/** Room for the descriptions that data frame libraries add. */
const MAX_FOOTER_BYTES = 1 << 24;

/** The footer of an open file, read alone. */
export async function readFooter(handle: FileHandle, fileBytes: number): Promise<Table> {
  const end = await readExactly(handle, fileBytes - TRAILER_BYTES, TRAILER_BYTES, fileBytes);
  check(new TextDecoder().decode(end.subarray(4)) === ARROW_MAGIC, 'its end is missing');
  const length = new DataView(end.buffer).getInt32(0, true);
  check(length > 0 && length <= MAX_FOOTER_BYTES, `it declares a footer of ${length} bytes`);
  const bytes = await readExactly(handle, fileBytes - TRAILER_BYTES - length, length, fileBytes);
  return follow(new DataView(bytes.buffer), 0);
}
