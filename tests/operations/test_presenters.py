from tinhso.datasets import api as datasets
from tinhso.operations.presenters import data


def test_wrong_rows_of_an_upload_name_columns_in_vietnamese_and_hide_personal_values():
    problem = {"line": 2, "column": "staff_code", "value": "CB-000123", "reason": "không đúng dạng mã"}

    shown = data.problems({"problems": [problem]}, datasets.contract("staff"))

    assert [(one.column, one.value) for one in shown] == [("Mã cán bộ", "CB•••23")]
