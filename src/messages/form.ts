import { defineMessages } from './define.ts';

/** The form: one shot typed by hand. */
export const form = defineMessages('form', {
  'form.title': { ko: '직접 입력', en: 'Type in a shot', vi: 'Nhập tay' },
  'form.lead': {
    ko: '값은 제품의 중앙값으로 채워져 있습니다. 다른 값만 고치고 판정을 누르세요.',
    en: 'The values are the medians of the product. Change what differs and press Judge.',
    vi: 'Các giá trị là trung vị của sản phẩm. Sửa giá trị khác rồi bấm Đánh giá.',
  },
  'form.product': { ko: '제품', en: 'Product', vi: 'Sản phẩm' },
  'form.productOption': { ko: '제품 {product}', en: 'Product {product}', vi: 'Sản phẩm {product}' },
  'form.unknownProduct': {
    ko: '모르는 제품 {product}: 판정은 보류됩니다',
    en: 'Unknown product {product}: the verdict will be a hold',
    vi: 'Sản phẩm chưa biết {product}: sẽ bị tạm giữ',
  },
  'form.noProduct': {
    ko: '제품 값이 없습니다: 판정은 보류됩니다',
    en: 'No product: the verdict will be a hold',
    vi: 'Không có sản phẩm: sẽ bị tạm giữ',
  },
  'form.judge': { ko: '판정', en: 'Judge', vi: 'Đánh giá' },
  'form.judging': { ko: '판정 중', en: 'Judging', vi: 'Đang đánh giá' },
  'form.reset': { ko: '중앙값으로', en: 'Back to medians', vi: 'Về trung vị' },
  'form.paste': { ko: '행 붙여넣기', en: 'Paste a row', vi: 'Dán một dòng' },
  'form.usual': { ko: '평소 {low}–{high}', en: 'usual {low}–{high}', vi: 'thường {low}–{high}' },
  'form.usualOnly': { ko: '평소 {value}', en: 'usual {value}', vi: 'thường {value}' },
  'form.unusual': { ko: '평소 범위 밖', en: 'outside the usual range', vi: 'ngoài mức thường' },
  'form.outOfRange': {
    ko: '학습 범위 {low}–{high} 밖: 보류됩니다',
    en: 'outside the trained range {low}–{high}: will be a hold',
    vi: 'ngoài phạm vi đã học {low}–{high}: sẽ bị tạm giữ',
  },
  'form.missing': { ko: '값 없음: 보류됩니다', en: 'no value: will be a hold', vi: 'không có giá trị: sẽ bị tạm giữ' },
  'form.constants': { ko: '고정값 {count}개', en: '{count} constants', vi: '{count} hằng số' },
  'form.constantsHint': {
    ko: '저장된 한계값입니다. 보통 바꾸지 않습니다.',
    en: 'Stored limits, usually left as they are.',
    vi: 'Giới hạn đã lưu, thường để nguyên.',
  },
  'form.result': { ko: '판정 결과', en: 'Verdict', vi: 'Kết quả' },
  'form.noResult': { ko: '아직 판정하지 않았습니다.', en: 'Not judged yet.', vi: 'Chưa đánh giá.' },
  'form.stale': {
    ko: '값이나 기준이 바뀌었습니다. 다시 판정하세요.',
    en: 'Values or threshold have changed. Judge again.',
    vi: 'Giá trị hoặc ngưỡng đã thay đổi. Hãy đánh giá lại.',
  },
  'form.unreadable': {
    ko: '숫자가 아닌 값이 있어 판정할 수 없습니다: {names}',
    en: 'Cannot be judged while values are no numbers: {names}',
    vi: 'Không thể đánh giá vì có giá trị không phải số: {names}',
  },
  'form.openShot': { ko: '샷 화면에서 보기', en: 'Open in the shot view', vi: 'Mở ở màn hình Shot' },
  'form.pasteTitle': { ko: '스프레드시트에서 행 붙여넣기', en: 'Paste a row from a spreadsheet', vi: 'Dán một dòng từ bảng tính' },
  'form.pasteLead': {
    ko: '30개 값이 든 행을 붙여넣으세요. 탭·세미콜론·쉼표로 나뉘고, 이름 줄이 있어도 없어도 되며, 소수 쉼표도 됩니다. 단위는 기록 단위(kgf/cm², tonf)입니다.',
    en: 'Paste a row with the 30 values: separated by tab, semicolon or comma, with or without the names above it; a decimal comma will do. Units as recorded (kgf/cm², tonf).',
    vi: 'Dán một dòng gồm 30 giá trị: cách nhau bằng tab, chấm phẩy hoặc phẩy, có hoặc không có dòng tên; chấp nhận dấu phẩy thập phân. Đơn vị như bản ghi (kgf/cm², tonf).',
  },
  'form.pasteLabel': { ko: '행', en: 'Row', vi: 'Dòng' },
  'form.pasteTake': { ko: '값 채우기', en: 'Fill in the values', vi: 'Điền giá trị' },
  'form.pasteName': { ko: '붙여넣은 행', en: 'Pasted row', vi: 'Dòng đã dán' },
  'form.pasted': { ko: '30개 값을 채웠습니다.', en: 'The 30 values were filled in.', vi: 'Đã điền 30 giá trị.' },
  'form.pastedFirst': {
    ko: '첫 행의 30개 값을 채웠습니다. 나머지 {count}행은 쓰지 않았습니다.',
    en: 'Filled in the 30 values of the first row; {count} more rows were not used.',
    vi: 'Đã điền 30 giá trị của dòng đầu; {count} dòng còn lại không dùng.',
  },
  'form.pasteNothing': { ko: '붙여넣은 글이 없습니다.', en: 'Nothing was pasted.', vi: 'Chưa dán gì.' },
  'form.pasteCount': {
    ko: '값이 {found}개입니다. 이름 줄 없이 붙여넣으려면 {expected}개여야 합니다.',
    en: 'There are {found} values; without a row of names there must be {expected}.',
    vi: 'Có {found} giá trị; nếu không có dòng tên thì phải có {expected}.',
  },
});
