import type { AppErrorCode, FieldProblem } from '../domain/app-error.ts';
import { defineMessages } from './define.ts';

/** What went wrong. The message of code `x` is `error.x`, what to do about it `error.x.todo`. */
export const errors = defineMessages('error', {
  'error.offline': {
    ko: '연결이 없어 {file} 파일을 받지 못했습니다.',
    en: 'No connection: {file} could not be downloaded.',
    vi: 'Không có mạng: không tải được {file}.',
  },
  'error.offline.todo': {
    ko: '네트워크 연결을 확인하고 다시 시도하세요.',
    en: 'Check the network connection and try again.',
    vi: 'Kiểm tra kết nối mạng rồi thử lại.',
  },
  'error.file_missing': {
    ko: '서버에 {file} 파일이 없습니다 (응답 {status}).',
    en: 'The server does not have {file} (answer {status}).',
    vi: 'Máy chủ không có {file} (trả lời {status}).',
  },
  'error.file_missing.todo': {
    ko: '설치 담당자에게 모델 폴더가 빠짐없이 올라갔는지 확인을 요청하세요.',
    en: 'Ask IT whether the model folder was uploaded completely.',
    vi: 'Nhờ IT kiểm tra thư mục mô hình đã tải lên đủ chưa.',
  },
  'error.html_instead': {
    ko: '서버가 {file} 대신 웹 페이지를 보냈습니다.',
    en: 'The server sent a web page in place of {file}.',
    vi: 'Máy chủ gửi trang web thay cho {file}.',
  },
  'error.html_instead.todo': {
    ko: '설치 담당자에게 알리세요: 없는 파일은 404로 답해야 합니다. 로그인 페이지가 뜨는 망인지도 확인하세요.',
    en: 'Tell IT: a missing file must answer 404. Also check whether this network shows a login page.',
    vi: 'Báo IT: tệp không có phải trả lời 404. Kiểm tra cả việc mạng có trang đăng nhập không.',
  },
  'error.hash_mismatch': {
    ko: '{file} 파일이 손상되었거나 바뀌었습니다.',
    en: '{file} is damaged or was changed.',
    vi: '{file} bị hỏng hoặc đã bị thay đổi.',
  },
  'error.hash_mismatch.todo': {
    ko: '다시 시도하세요. 반복되면 설치 담당자에게 모델을 다시 올려 달라고 하세요.',
    en: 'Try again. If it happens again, ask IT to upload the model anew.',
    vi: 'Thử lại. Nếu vẫn lỗi, nhờ IT tải mô hình lên lại.',
  },
  'error.schema_invalid': {
    ko: '{file} 파일의 형식이 맞지 않습니다: {where}',
    en: '{file} is not in the expected form: {where}',
    vi: '{file} không đúng định dạng: {where}',
  },
  'error.schema_invalid.todo': {
    ko: '모델과 앱의 버전이 서로 맞는지 설치 담당자에게 확인을 요청하세요.',
    en: 'Ask IT whether the model and the app are of matching versions.',
    vi: 'Nhờ IT kiểm tra phiên bản mô hình và ứng dụng có khớp không.',
  },
  'error.signature_invalid': {
    ko: '{file} 파일의 서명이 맞지 않습니다.',
    en: 'The signature of {file} does not fit.',
    vi: 'Chữ ký của {file} không khớp.',
  },
  'error.signature_invalid.todo': {
    ko: '이 모델은 사용하지 않습니다. 설치 담당자에게 알리세요.',
    en: 'This model is not used. Tell IT.',
    vi: 'Không dùng mô hình này. Hãy báo IT.',
  },
  'error.bundle_unknown': {
    ko: '서버에 {bundle} 모델이 없습니다.',
    en: 'The server has no model {bundle}.',
    vi: 'Máy chủ không có mô hình {bundle}.',
  },
  'error.bundle_unknown.todo': {
    ko: '모델 화면에서 다른 모델을 고르세요.',
    en: 'Choose another model in the model view.',
    vi: 'Chọn mô hình khác ở màn hình Mô hình.',
  },
  'error.self_test_failed': {
    ko: '{bundle} 모델의 자체 시험이 실패했습니다 ({rows}건 불일치).',
    en: 'Model {bundle} failed its self-test ({rows} rows differ).',
    vi: 'Mô hình {bundle} không qua tự kiểm tra ({rows} dòng sai khác).',
  },
  'error.self_test_failed.todo': {
    ko: '이 모델은 이 기기에서 사용하지 않습니다. 진단 내용을 복사해 담당자에게 보내세요.',
    en: 'The model is not used on this device. Copy the diagnostics and send them to the engineer.',
    vi: 'Không dùng mô hình này trên thiết bị. Sao chép phần chẩn đoán gửi cho kỹ sư.',
  },
  'error.insecure_context': {
    ko: '이 주소로는 모델을 검사할 수 없습니다 (암호화되지 않은 연결).',
    en: 'The model cannot be checked at this address (not encrypted).',
    vi: 'Không kiểm tra được mô hình ở địa chỉ này (kết nối không mã hóa).',
  },
  'error.insecure_context.todo': {
    ko: 'https:// 주소로 여세요. 주소는 설치 담당자에게 물어보세요.',
    en: 'Open the https:// address. Ask IT for it.',
    vi: 'Hãy mở bằng địa chỉ https://. Hỏi IT địa chỉ này.',
  },
  'error.runtime_failed': {
    ko: '이 브라우저에서 모델을 실행할 수 없습니다.',
    en: 'This browser cannot run the model.',
    vi: 'Trình duyệt này không chạy được mô hình.',
  },
  'error.runtime_failed.todo': {
    ko: '브라우저를 최신 버전으로 올리고 다시 시도하세요.',
    en: 'Update the browser and try again.',
    vi: 'Cập nhật trình duyệt rồi thử lại.',
  },
  'error.engines_disagree': {
    ko: '두 계산 방식의 결과가 다릅니다.',
    en: 'The two computations disagree.',
    vi: 'Hai cách tính cho kết quả khác nhau.',
  },
  'error.engines_disagree.todo': {
    ko: '이 부품은 직접 확인하세요. 반복되면 진단 내용을 담당자에게 보내세요.',
    en: 'Check this part by hand. If it happens again, send the diagnostics to the engineer.',
    vi: 'Hãy tự kiểm tra sản phẩm này. Nếu lặp lại, gửi phần chẩn đoán cho kỹ sư.',
  },
  'error.worker_died': {
    ko: '계산이 멈췄습니다. 다시 시작하는 중입니다.',
    en: 'The computation stopped. It is being restarted.',
    vi: 'Bộ tính toán bị dừng. Đang khởi động lại.',
  },
  'error.worker_died.todo': {
    ko: '곧 다시 판정합니다. 그동안 부품을 직접 확인하세요.',
    en: 'Judging resumes shortly. Check parts by hand until then.',
    vi: 'Sẽ đánh giá lại ngay. Trong lúc đó hãy tự kiểm tra sản phẩm.',
  },
  'error.timeout': {
    ko: '{timeoutMs} ms 안에 응답이 없습니다.',
    en: 'No answer within {timeoutMs} ms.',
    vi: 'Không có trả lời trong {timeoutMs} ms.',
  },
  'error.timeout.todo': {
    ko: '다시 시도하세요. 반복되면 페이지를 새로 고치세요.',
    en: 'Try again. If it happens again, reload the page.',
    vi: 'Thử lại. Nếu vẫn lỗi, hãy tải lại trang.',
  },
  'error.aborted': { ko: '중단했습니다.', en: 'Cancelled.', vi: 'Đã hủy.' },
  'error.aborted.todo': { ko: '필요하면 다시 시작하세요.', en: 'Start again if needed.', vi: 'Chạy lại nếu cần.' },
  'error.not_ready': {
    ko: '모델이 아직 준비되지 않았습니다.',
    en: 'The model is not ready yet.',
    vi: 'Mô hình chưa sẵn sàng.',
  },
  'error.not_ready.todo': {
    ko: '준비될 때까지 부품을 직접 확인하세요.',
    en: 'Check parts by hand until it is.',
    vi: 'Trong lúc chờ hãy tự kiểm tra sản phẩm.',
  },
  'error.shot_invalid': {
    ko: '샷의 값이 잘못되었습니다: {fields}',
    en: 'The shot has bad values: {fields}',
    vi: 'Shot có giá trị sai: {fields}',
  },
  'error.shot_invalid.todo': {
    ko: '표시된 값을 고치세요.',
    en: 'Correct the values named.',
    vi: 'Sửa các giá trị được nêu.',
  },
  'error.request_invalid': {
    ko: '요청 형식이 맞지 않습니다: {detail}',
    en: 'The request is not in the expected form: {detail}',
    vi: 'Yêu cầu không đúng định dạng: {detail}',
  },
  'error.request_invalid.todo': {
    ko: '요청은 30개 값이 든 features를 가져야 합니다.',
    en: 'A request needs `features` with the 30 values.',
    vi: 'Yêu cầu phải có features gồm 30 giá trị.',
  },
  'error.journal_failed': {
    ko: '기록을 저장하지 못했습니다.',
    en: 'The record could not be kept.',
    vi: 'Không lưu được bản ghi.',
  },
  'error.journal_failed.todo': {
    ko: '판정은 계속됩니다. 기기의 저장 공간을 확인하세요.',
    en: 'Judging goes on. Check the storage space of the device.',
    vi: 'Việc đánh giá vẫn tiếp tục. Kiểm tra bộ nhớ của thiết bị.',
  },
  'error.journal_full': {
    ko: '저장 공간이 가득 차 기록하지 못합니다.',
    en: 'There is no room left for records.',
    vi: 'Hết chỗ lưu bản ghi.',
  },
  'error.journal_full.todo': {
    ko: '판정은 계속됩니다. 기기의 저장 공간을 비우세요. 이미 저장된 기록은 그대로 있습니다.',
    en: 'Judging goes on. Free storage space on the device; what was recorded is still there.',
    vi: 'Vẫn tiếp tục đánh giá. Hãy giải phóng bộ nhớ của máy; bản ghi đã lưu vẫn còn.',
  },
  'error.journal_read_only': {
    ko: '다른 창에서 이미 기록하고 있어 이 창은 읽기만 합니다.',
    en: 'Another window is recording; this one only reads.',
    vi: 'Cửa sổ khác đang ghi; cửa sổ này chỉ đọc.',
  },
  'error.journal_read_only.todo': {
    ko: '이 창에서 기록하려면 다른 창을 닫으세요.',
    en: 'Close the other window to record in this one.',
    vi: 'Đóng cửa sổ kia để ghi ở cửa sổ này.',
  },
  'error.backup_invalid': {
    ko: '온전한 백업 파일이 아닙니다: {detail}',
    en: 'This is not a whole, undamaged backup: {detail}',
    vi: 'Đây không phải tệp sao lưu nguyên vẹn: {detail}',
  },
  'error.backup_invalid.todo': {
    ko: '백업 파일을 다시 복사해 오거나 다른 백업을 고르세요. 이 기기의 기록은 그대로입니다.',
    en: 'Copy the backup again or choose another one. The records of this device are as they were.',
    vi: 'Sao chép lại tệp hoặc chọn bản khác. Bản ghi trên máy này vẫn nguyên.',
  },
  'error.journal_not_empty': {
    ko: '이 기기에는 이미 기록 {records}개가 있습니다.',
    en: 'This device already holds {records} records.',
    vi: 'Máy này đã có {records} bản ghi.',
  },
  'error.journal_not_empty.todo': {
    ko: '백업은 실제 샷 기록이 없는 기기에만 복원할 수 있습니다.',
    en: 'A backup can only be restored on a device without recorded machine shots.',
    vi: 'Chỉ khôi phục được trên máy chưa có bản ghi shot thật.',
  },
}) satisfies Record<`error.${AppErrorCode}` | `error.${AppErrorCode}.todo`, unknown>;

/** What is wrong with one field of a shot. */
export const fieldProblems = defineMessages('field', {
  'field.absent': { ko: '값 없음', en: 'absent', vi: 'thiếu' },
  'field.not_a_number': { ko: '숫자 아님', en: 'not a number', vi: 'không phải số' },
  'field.duplicate': { ko: '두 번 나옴', en: 'given twice', vi: 'bị lặp' },
}) satisfies Record<`field.${FieldProblem}`, unknown>;
