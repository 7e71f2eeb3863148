/** Bytes to text: UTF-8, else CP949 (EUC-KR), else UTF-16 with a byte order mark. */
import { csvError, CsvFailure } from './csv-error.ts';

/** How a file's text was encoded. */
export type TextEncodingName = 'utf-8' | 'cp949' | 'utf-16le' | 'utf-16be';

const PIECE_BYTES = 256 * 1024;
const WORKBOOK_SIGNATURES = [
  [0x50, 0x4b, 0x03, 0x04], // xlsx, ods: a zip archive
  [0xd0, 0xcf, 0x11, 0xe0], // xls: an OLE compound file
];

/** A file or an array in pieces that keep a worker responsive. Rejects with what `Blob.slice` rejects with. */
export async function* piecesOf(source: Blob | Uint8Array): AsyncGenerator<Uint8Array> {
  const size = source instanceof Uint8Array ? source.byteLength : source.size;
  const pieceAt = async (from: number): Promise<Uint8Array> =>
    source instanceof Uint8Array
      ? source.subarray(from, from + PIECE_BYTES)
      : new Uint8Array(await source.slice(from, from + PIECE_BYTES).arrayBuffer());
  let next = pieceAt(0);
  for (let from = 0; from < size; from += PIECE_BYTES) {
    const piece = await next;
    // The next piece is on its way while this one is looked at; that it cannot be read is told when its turn comes.
    next = pieceAt(from + PIECE_BYTES);
    next.catch(() => undefined);
    yield piece;
  }
}

/** The name the platform knows an encoding by. */
function labelOf(encoding: TextEncodingName): string {
  return encoding === 'cp949' ? 'euc-kr' : encoding;
}

/** Turns the pieces of one file into text with `\n` line ends, deciding the encoding at the first byte that needs it. */
export class TextReader {
  readonly #file: string;
  #decoder: TextDecoder | undefined;
  #encoding: TextEncodingName = 'utf-8';
  #line = 1;
  #first = true;
  #heldCarriageReturn = false;

  /** @param file the file's name, for errors */
  constructor(file: string) {
    this.#file = file;
  }

  /** Decided by the first byte beyond ASCII; `utf-8` until then. */
  get encoding(): TextEncodingName {
    return this.#encoding;
  }

  /**
   * The text of the next piece. The first piece holds at least the four bytes that tell a workbook.
   *
   * @throws CsvFailure `binary`, `workbook` or `encoding`
   */
  read(piece: Uint8Array): string {
    if (this.#first && piece.length > 0) this.#begin(piece);
    return this.#normalise(this.#decode(piece), false);
  }

  /** What was held back, once no further piece follows. */
  end(): string {
    return this.#normalise(this.#attempt(undefined) ?? this.#fail(new Uint8Array()), true);
  }

  #begin(piece: Uint8Array): void {
    this.#first = false;
    if (WORKBOOK_SIGNATURES.some((signature) => signature.every((byte, index) => piece[index] === byte))) {
      throw new CsvFailure(csvError('workbook', { file: this.#file }));
    }
    if (piece[0] === 0xff && piece[1] === 0xfe) this.#use('utf-16le');
    else if (piece[0] === 0xfe && piece[1] === 0xff) this.#use('utf-16be');
  }

  #use(encoding: TextEncodingName): void {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(labelOf(encoding), { fatal: true });
  }

  #decode(piece: Uint8Array): string {
    const wide = this.#encoding.startsWith('utf-16');
    if (!wide && piece.includes(0)) throw new CsvFailure(csvError('binary', { file: this.#file }));
    if (this.#decoder === undefined) {
      const plain = new TextDecoder().decode(piece);
      // One character a byte, and no byte that was no character: ASCII.
      if (plain.length === piece.length && !plain.includes('\ufffd')) return plain;
      this.#use('utf-8');
      const text = this.#attempt(piece);
      if (text !== undefined) return text;
      this.#use('cp949');
    }
    const text = this.#attempt(piece) ?? this.#fail(piece);
    if (wide && text.includes('\0')) throw new CsvFailure(csvError('binary', { file: this.#file }));
    return text;
  }

  /** Decodes, or says that the bytes do not fit the encoding. */
  #attempt(piece: Uint8Array | undefined): string | undefined {
    try {
      return this.#decoder === undefined ? '' : this.#decoder.decode(piece, { stream: piece !== undefined });
    } catch {
      return undefined;
    }
  }

  #fail(piece: Uint8Array): never {
    const lenient = new TextDecoder(labelOf(this.#encoding)).decode(piece);
    const before = lenient.slice(0, Math.max(0, lenient.indexOf('\ufffd')));
    const line = this.#line + (before.match(/\r\n?|\n/g)?.length ?? 0);
    throw new CsvFailure(csvError('encoding', { file: this.#file, line }));
  }

  /** Every line end as `\n`, also where a piece ends between `\r` and `\n`. */
  #normalise(text: string, last: boolean): string {
    let whole = this.#heldCarriageReturn ? `\r${text}` : text;
    this.#heldCarriageReturn = !last && whole.endsWith('\r');
    if (this.#heldCarriageReturn) whole = whole.slice(0, -1);
    const normal = whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole;
    for (let at = normal.indexOf('\n'); at !== -1; at = normal.indexOf('\n', at + 1)) this.#line += 1;
    return normal;
  }
}
