"""What is asked of a cluster, by the numbers of the plan.

C1 `test_first_start.py`; C2, C3 `test_under_load.py`; C4, C8 `test_standing_still.py`; C6 `test_losing_the_primary.py`;
C9 `test_set_back.py`. Not there yet: C5, from one version of the workers to the next and back, which needs workers that
have versions (its place is `test_upgrading.py`); C7, a standby that lags; C10, a notice; C11, another version of
Temporal; C12, bytes a case.
"""
