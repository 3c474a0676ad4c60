"""What is asked of a cluster, by the numbers of the plan.

C1 `test_first_start.py`; C2, C3 `test_under_load.py`; C4, C8 `test_standing_still.py`; C5 `test_upgrading.py`; C6, C7
`test_losing_the_primary.py`; C9 `test_set_back.py`; C10, with 500 open cases or as many as `KAIFANG_OPEN_CASES`
says, `test_a_notice.py`; C11 `test_a_newer_engine.py`; C12 `test_costs.py`; hosts that are cut off `test_cut_off.py`.
"""
