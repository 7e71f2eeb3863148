import { defineMessages } from './define.ts';

/** Why a CSV file or a row of it could not be read. */
export const csv = defineMessages('csv', {
  // Why a file could not be read: `csv.<code>`, and what to do about it.
  'csv.empty': { ko: '{file}: 빈 파일입니다.', en: '{file}: the file is empty.', vi: '{file}: tệp rỗng.' },
  'csv.too_large': {
    ko: '{file}: 파일이 너무 큽니다 ({megabytes} MB, 한도 {limit} MB). 나누어 올리세요.',
    en: '{file}: the file is too large ({megabytes} MB, limit {limit} MB). Split it.',
    vi: '{file}: tệp quá lớn ({megabytes} MB, giới hạn {limit} MB). Hãy chia nhỏ.',
  },
  'csv.too_many_rows': {
    ko: '{file}: 행이 {limit}개를 넘습니다. 나누어 올리세요.',
    en: '{file}: more than {limit} rows. Split the file.',
    vi: '{file}: quá {limit} dòng. Hãy chia nhỏ tệp.',
  },
  'csv.unreadable': {
    ko: '{file}: 파일을 읽을 수 없습니다. 옮겨졌거나 읽는 동안 바뀌었습니다. 다시 고르세요.',
    en: '{file}: the file cannot be read: it was moved, or changed while being read. Choose it again.',
    vi: '{file}: không đọc được tệp: tệp bị chuyển hoặc thay đổi khi đang đọc. Hãy chọn lại.',
  },
  'csv.binary': {
    ko: '{file}: 글자 파일이 아닙니다 (이진 파일). CSV 파일을 고르세요.',
    en: '{file}: not a text file (binary). Choose a CSV file.',
    vi: '{file}: không phải tệp văn bản (tệp nhị phân). Hãy chọn tệp CSV.',
  },
  'csv.workbook': {
    ko: '{file}: 엑셀 통합 문서입니다. 엑셀에서 CSV로 저장해 다시 고르세요.',
    en: '{file}: a spreadsheet workbook. Save it as CSV and choose that.',
    vi: '{file}: là sổ tính Excel. Hãy lưu thành CSV rồi chọn lại.',
  },
  'csv.encoding': {
    ko: '{file}: {line}번째 줄의 글자를 읽을 수 없습니다 (UTF-8, CP949 모두 아님).',
    en: '{file}: line {line} is neither UTF-8 nor CP949 text.',
    vi: '{file}: dòng {line} không phải văn bản UTF-8 hay CP949.',
  },
  'csv.endless_line': {
    ko: '{file}: {line}번째 줄이 끝나지 않습니다. 따옴표가 닫히지 않았거나 표가 아닙니다.',
    en: '{file}: line {line} does not end: a quotation mark is never closed, or it is not a table.',
    vi: '{file}: dòng {line} không kết thúc: dấu ngoặc kép không đóng, hoặc không phải bảng.',
  },
  'csv.no_header': {
    ko: '{file}: {line}번째 줄에 항목 이름이 없고 숫자만 있습니다.',
    en: '{file}: line {line} holds numbers where the column names belong.',
    vi: '{file}: dòng {line} chỉ có số, thiếu tên cột.',
  },
  'csv.other_process': {
    ko: '{file}: 이 공정의 파일이 아닙니다. {line}번째 줄의 이름 가운데 {expected}개 중 {known}개만 압니다 (파일의 이름: {columns} …).',
    en: '{file}: a file of another process. Line {line} names only {known} of the {expected} inputs (it begins: {columns} …).',
    vi: '{file}: tệp của quy trình khác. Dòng {line} chỉ có {known} trên {expected} đầu vào (bắt đầu: {columns} …).',
  },
  'csv.missing_columns': {
    ko: '{file}: {line}번째 줄에 항목 {count}개가 없습니다: {columns}',
    en: '{file}: columns missing in line {line} ({count}): {columns}',
    vi: '{file}: dòng {line} thiếu {count} cột: {columns}',
  },
  'csv.duplicate_columns': {
    ko: '{file}: {line}번째 줄에 두 번 나오는 항목: {columns}',
    en: '{file}: line {line} has columns twice: {columns}',
    vi: '{file}: dòng {line} có cột bị lặp: {columns}',
  },
  'csv.no_rows': {
    ko: '{file}: 머리글만 있고 샷이 없습니다.',
    en: '{file}: a header, but no shots below it.',
    vi: '{file}: chỉ có tiêu đề, không có shot nào.',
  },
  'csv.aborted': { ko: '{file}: 취소했습니다.', en: '{file}: cancelled.', vi: '{file}: đã hủy.' },
  'csv.worker_died': {
    ko: '{file}: 읽다가 멈췄습니다 (메모리 부족일 수 있습니다). 다시 시도하거나 나누어 올리세요.',
    en: '{file}: reading stopped (perhaps out of memory). Try again, or split the file.',
    vi: '{file}: việc đọc bị dừng (có thể thiếu bộ nhớ). Thử lại hoặc chia nhỏ tệp.',
  },

  // Why a row was not taken: `csv.row.<problem>`.
  'csv.row.not_a_number': {
    ko: '{row}행 (파일 {line}번째 줄), {column}: 숫자가 아닙니다 “{text}”',
    en: 'row {row} (line {line}), {column}: not a number “{text}”',
    vi: 'hàng {row} (dòng {line}), {column}: không phải số “{text}”',
  },
  'csv.row.mixed_decimals': {
    ko: '{row}행 (파일 {line}번째 줄), {column}: 소수점과 쉼표가 섞여 있습니다 “{text}”',
    en: 'row {row} (line {line}), {column}: decimal point and comma are mixed “{text}”',
    vi: 'hàng {row} (dòng {line}), {column}: lẫn dấu chấm và dấu phẩy thập phân “{text}”',
  },
  'csv.row.not_a_flag': {
    ko: '{row}행 (파일 {line}번째 줄), {column}: 0, 1 같은 개수가 아닙니다 “{text}”',
    en: 'row {row} (line {line}), {column}: not a defect flag (0, 1) “{text}”',
    vi: 'hàng {row} (dòng {line}), {column}: không phải cờ lỗi (0, 1) “{text}”',
  },
  'csv.row.field_count': {
    ko: '{row}행 (파일 {line}번째 줄): 칸이 {found}개입니다. 머리글은 {expected}개입니다.',
    en: 'row {row} (line {line}): {found} fields where the header has {expected}',
    vi: 'hàng {row} (dòng {line}): có {found} ô, tiêu đề có {expected}',
  },
  'csv.row.broken_quotes': {
    ko: '{row}행 (파일 {line}–{last}번째 줄): 따옴표가 맞지 않습니다.',
    en: 'row {row} (lines {line} to {last}): quotation marks do not match',
    vi: 'hàng {row} (dòng {line}–{last}): dấu ngoặc kép không khớp',
  },
});
