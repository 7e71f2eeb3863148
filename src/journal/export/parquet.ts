import { parquetWriteBuffer, type BasicType } from 'hyparquet-writer';
import type { Cell, Column, ColumnType } from './columns.ts';

const TYPES: Readonly<Record<ColumnType, BasicType>> = {
  count: 'INT64', int: 'INT32', number: 'DOUBLE', text: 'STRING', flag: 'BOOLEAN', instant: 'TIMESTAMP',
};

function cellOf(type: ColumnType, cell: Cell): unknown {
  if (cell === null) return null;
  if (type === 'count') return BigInt(Number(cell));
  return type === 'instant' ? new Date(Number(cell)) : cell;
}

/** Rows of a table as a Parquet file (Snappy), every column nullable. */
export function parquetFile<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, type, of }) => ({ name, type: TYPES[type], data: rows.map((row) => cellOf(type, of(row))) })),
    createdBy: 'castwatch',
  });
  return new Uint8Array(buffer);
}
