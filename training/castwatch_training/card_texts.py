"""The card's sentences in the app's three languages."""

from __future__ import annotations

from typing import Any

PURPOSE: dict[str, dict[str, Any]] = {
    "field": {
        "for": {
            "ko": [
                "제품 1과 2의 다이캐스팅 샷을 하나씩 양품, 불량 의심, 보류로 가려 검사할 샷을 고르는 데 씁니다.",
                "학습한 런과 비슷한 조건에서 어떤 신호가 평소와 다른지 보는 데 씁니다.",
            ],
            "en": [
                "Sorting single die-casting shots of products 1 and 2 into good, suspect and hold, "
                "to choose what to inspect.",
                "Seeing which signals differ from usual, under conditions like those of the runs it learned from.",
            ],
            "vi": [
                "Phân loại từng lượt đúc áp lực của sản phẩm 1 và 2 thành đạt, nghi lỗi và tạm giữ, "
                "để chọn lượt cần kiểm tra.",
                "Xem tín hiệu nào khác thường, trong điều kiện giống các đợt chạy mà mô hình đã học.",
            ],
        },
        "not_for": {
            "ko": [
                "검사를 대신하지 않습니다. 양품으로 예측된 부품에도 불량이 있습니다.",
                "처음 보는 런에서는 샷별 예측이 우연과 비슷합니다. 그런 런에서는 검사로 얻은 런 불량률을 믿으십시오.",
                "다른 기계, 금형, 합금이나 다른 제품에는 쓸 수 없습니다.",
            ],
            "en": [
                "It does not replace inspection: some parts predicted good are defective.",
                "In a run it has never seen, its shot-by-shot prediction is close to chance; "
                "trust the run's own defect rate from inspections there.",
                "Other machines, dies, alloys or products.",
            ],
            "vi": [
                "Không thay thế việc kiểm tra: một số chi tiết được dự đoán đạt vẫn có lỗi.",
                "Trong đợt chạy chưa từng gặp, dự đoán từng lượt gần như ngẫu nhiên; "
                "khi đó hãy tin tỷ lệ lỗi của đợt chạy từ kiểm tra.",
                "Máy, khuôn, hợp kim hoặc sản phẩm khác.",
            ],
        },
    },
    "legacy": {
        "for": {
            "ko": [
                "예전 시스템이 발표한 수치와 같은 조건(무작위 행 분할, 중복 샷 포함)에서 비교하는 데만 씁니다.",
            ],
            "en": [
                "Comparison with the former system's headline alone, under its conditions "
                "(random split of rows, repeated shots kept).",
            ],
            "vi": [
                "Chỉ để so sánh với con số của hệ thống cũ trong cùng điều kiện "
                "(chia dòng ngẫu nhiên, giữ các lượt lặp lại).",
            ],
        },
        "not_for": {
            "ko": [
                "생산 라인의 판정에 쓰지 마십시오. 높은 수치는 두 번 기록된 샷을 기억한 결과입니다.",
                "다른 기계, 금형, 합금이나 다른 제품에는 쓸 수 없습니다.",
            ],
            "en": [
                "Verdicts on a line: its high figures come from remembering shots that were logged twice.",
                "Other machines, dies, alloys or products.",
            ],
            "vi": [
                "Không dùng để phán định trên dây chuyền: con số cao là do nhớ các lượt được ghi hai lần.",
                "Máy, khuôn, hợp kim hoặc sản phẩm khác.",
            ],
        },
    },
}
"""What each kind of bundle is for, and what it is not for."""

LICENCE = {
    "ko": [
        "학습 데이터는 KAMP의 공개 데이터이며 이용하려면 KAMP에 가입해야 합니다.",
        "이 번들에는 그 데이터의 행이 하나도 들어 있지 않습니다.",
    ],
    "en": [
        "The training data are public at KAMP, under KAMP's terms, after a free registration.",
        "No row of them is in this bundle.",
    ],
    "vi": [
        "Dữ liệu huấn luyện là dữ liệu công khai của KAMP, dùng theo điều khoản của KAMP sau khi đăng ký miễn phí.",
        "Gói này không chứa dòng nào của dữ liệu đó.",
    ],
}
"""The licence of the data, which are not included."""
